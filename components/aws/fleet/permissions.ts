import { objectsBelow, type PolicyStatement, partitionOf, S3_READ_WRITE } from "../instances/roles";
import { CAMPAIGN_PREFIX, SAMPLES_PREFIX } from "./user-data";

/** What a generator reads and writes: what it is to run, and what it has measured. */
export const fleetObjects = (bucketArn: string): PolicyStatement =>
  objectsBelow("CampaignAndSamples", bucketArn, [CAMPAIGN_PREFIX, SAMPLES_PREFIX], S3_READ_WRITE);

/** What an instance of the fleet may do, beside being reached through Systems Manager. */
export const fleetPermissions = (
  bucketArn: string,
  regions: readonly string[],
  groupName: string,
): PolicyStatement[] => [
  fleetObjects(bucketArn),
  {
    Sid: "AnswerLifecycleHooks",
    Effect: "Allow",
    Action: ["autoscaling:CompleteLifecycleAction"],
    Resource: regions.map(
      (region) =>
        `arn:${partitionOf(bucketArn)}:autoscaling:${region}:*:autoScalingGroup:*:autoScalingGroupName/${groupName}`,
    ),
  },
];

import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../contracts";
import { ACCESS_LOGS_PREFIX } from "./app/load-balancer";
import { awsTags } from "./context";

/** Days after which everything in the bucket goes, should the environment outlive them. */
const EXPIRY_DAYS = 30;

/** Encrypted connections only; the load balancer may leave its access logs, and no one else from outside anything. */
export function bucketPolicy(bucketArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "RefuseUnencrypted",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "AccessLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucketArn}/${ACCESS_LOGS_PREFIX}/*`,
      },
    ],
  });
}

/** The environment's bucket: bundles of the application, samples of the fleet, access logs. It is emptied and removed on teardown. */
export function createBucket(
  name: string,
  environment: EnvironmentIdentity,
  options: pulumi.CustomResourceOptions,
): s3.Bucket {
  const resource = new s3.Bucket(
    name,
    // Names of buckets are shared by all of AWS, so AWS completes this one.
    { bucketPrefix: `${environment.id}-`, forceDestroy: true, tags: awsTags(environment, "bucket") },
    options,
  );
  const { bucket } = resource;
  const closed = new s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    options,
  );
  new s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    // Access logs can be written under S3's own keys only.
    { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    options,
  );
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: EXPIRY_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    options,
  );
  new s3.BucketPolicy(
    `${name}-policy`,
    { bucket, policy: resource.arn.apply(bucketPolicy) },
    // S3 refuses two such changes of one bucket at the same time.
    pulumi.mergeOptions(options, { dependsOn: [closed] }),
  );
  return resource;
}

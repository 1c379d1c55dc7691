import { EC2Client, paginateDescribeVpcs } from "@aws-sdk/client-ec2";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
  type ResourceTagMapping,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ENVIRONMENT_TAG } from "../../components/tagging";
import { collect } from "./belonging";
import type { AwsClients } from "./clients";
import type { World } from "./kind";
import { tagFilter } from "./kinds/ec2-filters";
import { EDGE_REGION } from "./kinds/edge";

/** Where an environment of a region leaves things: there, and where CloudFront and IAM are indexed. */
const indexedRegions = (region: string): readonly string[] => [...new Set([region, EDGE_REGION])];

/** What the tagging index has under the tag, of one environment or of all. */
export async function tagged(
  clients: AwsClients,
  region: string,
  environmentId?: string,
): Promise<ResourceTagMapping[]> {
  const pages = await Promise.all(
    indexedRegions(region).map((one) =>
      collect(
        paginateGetResources(
          { client: clients.client(ResourceGroupsTaggingAPIClient, one) },
          {
            ResourcesPerPage: 100,
            TagFilters: [
              { Key: ENVIRONMENT_TAG, ...(environmentId === undefined ? {} : { Values: [environmentId] }) },
            ],
          },
        ),
        (page) => page.ResourceTagMappingList,
      ),
    ),
  );
  return pages.flat();
}

/** The part of an ARN of another region's own environments: in us-east-1 everything of that region is indexed as well. */
const isOf = (region: string, arn: string): boolean => {
  const place = arn.split(":")[3] ?? "";
  return place === "" || place === region || (place === EDGE_REGION && arn.includes(":wafv2:"));
};

/** @throws what AWS answers when it cannot even be asked what belongs to the environment */
export async function lookAtWorld(
  environmentId: string,
  region: string,
  clients: AwsClients,
): Promise<World> {
  const [identity, mappings, networks] = await Promise.all([
    clients.client(STSClient).send(new GetCallerIdentityCommand({})),
    tagged(clients, region, environmentId),
    collect(
      paginateDescribeVpcs(
        { client: clients.client(EC2Client) },
        { Filters: [tagFilter({ environmentId })] },
      ),
      (page) => page.Vpcs,
    ),
  ]);
  const [, partition = "aws"] = (identity.Arn ?? "").split(":");
  const arns = mappings.flatMap(({ ResourceARN }) => ResourceARN ?? []).filter((arn) => isOf(region, arn));
  return {
    environmentId,
    region,
    clients,
    vpcIds: networks.flatMap(({ VpcId }) => VpcId ?? []),
    taggedArns: [...new Set(arns)].sort(),
    caller: { account: identity.Account ?? "", partition },
  };
}

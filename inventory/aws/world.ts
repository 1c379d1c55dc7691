import { EC2Client, paginateDescribeVpcs } from "@aws-sdk/client-ec2";
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
  type ResourceTagMapping,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ENVIRONMENT_TAG, parseRegions, REGIONS_TAG } from "../../components/tagging";
import { type AnyTag, collect, tagOf } from "./belonging";
import type { AwsClients } from "./clients";
import type { World } from "./kind";
import { tagFilter } from "./kinds/ec2-filters";
import { EDGE_REGION } from "./kinds/edge";

/** Where an environment of a region leaves things: there, and where CloudFront and IAM are indexed. */
export const indexedRegions = (region: string): readonly string[] => [...new Set([region, EDGE_REGION])];

/** What the tagging index of these regions has under the tag, of one environment or of all. */
export async function tagged(
  clients: AwsClients,
  regions: readonly string[],
  environmentId?: string,
): Promise<ResourceTagMapping[]> {
  const pages = await Promise.all(
    regions.map((one) =>
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

/** Firewalls of CloudFront stand in one region, whatever the environment's is. */
const isOfTheEdge = (arn: string): boolean => /:wafv2:[^:]*:[^:]*:global\//.test(arn);

/** The part of an ARN of another region's own environments: in us-east-1 everything of that region is indexed as well. */
const isOf = (region: string, arn: string): boolean => {
  const place = arn.split(":")[3] ?? "";
  return place === "" || place === region || isOfTheEdge(arn);
};

/** What belongs to no region is looked for from the environment's first one. */
const isOfFurther = (region: string, arn: string): boolean =>
  arn.split(":")[3] === region && !isOfTheEdge(arn);

/**
 * @param region one of the environment's
 * @param further another one than the environment's first
 * @throws what AWS answers when it cannot even be asked what belongs to the environment
 */
export async function lookAtWorld(
  environmentId: string,
  region: string,
  allClients: AwsClients,
  further = false,
): Promise<World> {
  const clients = allClients.in(region);
  const [identity, mappings, networks] = await Promise.all([
    clients.client(STSClient).send(new GetCallerIdentityCommand({})),
    tagged(clients, further ? [region] : indexedRegions(region), environmentId),
    collect(
      paginateDescribeVpcs(
        { client: clients.client(EC2Client) },
        { Filters: [tagFilter({ environmentId })] },
      ),
      (page) => page.Vpcs,
    ),
  ]);
  const [, partition = "aws"] = (identity.Arn ?? "").split(":");
  const belongs = further ? isOfFurther : isOf;
  const arns = mappings.flatMap(({ ResourceARN }) => ResourceARN ?? []).filter((arn) => belongs(region, arn));
  return {
    environmentId,
    region,
    further,
    statedRegions: statedRegions([...mappings, ...networks]),
    clients,
    vpcIds: networks.flatMap(({ VpcId }) => VpcId ?? []),
    taggedArns: [...new Set(arns)].sort(),
    caller: { account: identity.Account ?? "", partition },
  };
}

/** An update may have taken a region away of which something is left: every region that any tag names counts. */
function statedRegions(
  items: readonly { readonly Tags?: readonly AnyTag[] | undefined }[],
): readonly string[] {
  const texts = new Set(items.flatMap(({ Tags }) => tagOf(Tags, REGIONS_TAG) ?? []));
  return [...new Set([...texts].flatMap(parseRegions))];
}

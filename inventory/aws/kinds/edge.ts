import {
  CloudFrontClient,
  DeleteCachePolicyCommand,
  DeleteDistributionCommand,
  GetCachePolicyCommand,
  GetDistributionConfigCommand,
  ListCachePoliciesCommand,
  paginateListDistributions,
  UpdateDistributionCommand,
} from "@aws-sdk/client-cloudfront";
import { DeleteWebACLCommand, ListWebACLsCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import { arnPattern, collect, pickFound } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { comment, partName } from "./names";

/** What belongs to CloudFront is kept here, wherever the environment is. */
export const EDGE_REGION = "us-east-1";

const cloudfront = (world: World): CloudFrontClient => world.clients.client(CloudFrontClient, EDGE_REGION);

/** A distribution is switched off, rolled out everywhere so, and only then removed: minutes. */
export const distribution: ResourceKind = {
  kind: "cloudfront:distribution",
  waitsFor: [],
  arn: arnPattern("cloudfront", "distribution/"),
  async list(world) {
    const pages = paginateListDistributions({ client: cloudfront(world) }, {});
    const all = await collect(pages, (page) => page.DistributionList?.Items);
    const ours = comment("Edge", world.environmentId);
    return pickFound(all, (one) => {
      const tagged = world.taggedArns.includes(one.ARN ?? "");
      if (!tagged && one.Comment !== ours) return undefined;
      const off = one.Enabled === false;
      const rollingOut = one.Status === "InProgress";
      return {
        id: one.Id ?? "",
        region: EDGE_REGION,
        foundBy: tagged ? FoundBy.Tag : FoundBy.Name,
        state: `${off ? "disabled" : "enabled"}, ${rollingOut ? "being rolled out" : "rolled out"}`,
        going: off && rollingOut,
      };
    });
  },
  async remove({ id }, world) {
    const client = cloudfront(world);
    const { DistributionConfig: config, ETag } = await client.send(
      new GetDistributionConfigCommand({ Id: id }),
    );
    if (config?.Enabled === true) {
      await client.send(
        new UpdateDistributionCommand({
          Id: id,
          IfMatch: ETag,
          DistributionConfig: { ...config, Enabled: false },
        }),
      );
      return;
    }
    await client.send(new DeleteDistributionCommand({ Id: id, IfMatch: ETag }));
  },
};

export const cachePolicy: ResourceKind = {
  kind: "cloudfront:cache-policy",
  waitsFor: ["cloudfront:distribution"],
  arn: arnPattern("cloudfront", "cache-policy/"),
  async list(world) {
    const name = partName(world.environmentId, "edge");
    const found = [];
    let marker: string | undefined;
    do {
      const { CachePolicyList: page } = await cloudfront(world).send(
        new ListCachePoliciesCommand({
          Type: "custom",
          ...(marker === undefined ? {} : { Marker: marker }),
        }),
      );
      found.push(...(page?.Items ?? []));
      marker = page?.NextMarker;
    } while (marker !== undefined && marker !== "");
    return pickFound(found, ({ CachePolicy }) =>
      CachePolicy?.CachePolicyConfig?.Name === name
        ? { id: CachePolicy.Id ?? "", region: EDGE_REGION, foundBy: FoundBy.Name }
        : undefined,
    );
  },
  async remove({ id }, world) {
    const client = cloudfront(world);
    const { ETag } = await client.send(new GetCachePolicyCommand({ Id: id }));
    await client.send(new DeleteCachePolicyCommand({ Id: id, IfMatch: ETag }));
  },
};

async function webAcls(world: World) {
  const client = world.clients.client(WAFV2Client, EDGE_REGION);
  const name = partName(world.environmentId, "edge");
  const found = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListWebACLsCommand({
        Scope: "CLOUDFRONT",
        ...(marker === undefined ? {} : { NextMarker: marker }),
      }),
    );
    found.push(...(page.WebACLs ?? []).filter((one) => one.Name === name));
    marker = page.NextMarker;
  } while (marker !== undefined && marker !== "");
  return found;
}

export const webAcl: ResourceKind = {
  kind: "wafv2:webacl",
  waitsFor: ["cloudfront:distribution"],
  arn: arnPattern("wafv2", "global/webacl/"),
  async list(world) {
    return (await webAcls(world)).map(({ Id = "", ARN = "" }) => ({
      id: Id,
      region: EDGE_REGION,
      foundBy: world.taggedArns.includes(ARN) ? FoundBy.Tag : FoundBy.Name,
    }));
  },
  async remove({ id }, world) {
    const acl = (await webAcls(world)).find((one) => one.Id === id);
    if (acl === undefined) return;
    await world.clients
      .client(WAFV2Client, EDGE_REGION)
      .send(
        new DeleteWebACLCommand({ Id: id, Name: acl.Name, Scope: "CLOUDFRONT", LockToken: acl.LockToken }),
      );
  },
};

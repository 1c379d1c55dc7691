import * as sdk from "@aws-sdk/client-cloudfront";
import { ACCOUNT_ID, type Aws, given } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.CloudFrontClient => aws.client(sdk.CloudFrontClient);

/** The zone that all of CloudFront's names are in. */
const HOSTED_ZONE = "Z2FDTNDATAQYW2";

/** Lists travel with their length. */
const counted = <T>(Items: T[]): { Quantity: number; Items: T[] } => ({ Quantity: Items.length, Items });

const originOf = (origin: Props): sdk.Origin => {
  const [custom, s3, shield] = ["customOriginConfig", "s3OriginConfig", "originShield"].map((key) =>
    origin.object(key),
  );
  return {
    Id: origin.text("originId"),
    DomainName: origin.text("domainName"),
    OriginPath: origin.maybeText("originPath") ?? "",
    OriginAccessControlId: origin.maybeText("originAccessControlId"),
    ConnectionAttempts: origin.maybeNumber("connectionAttempts"),
    ConnectionTimeout: origin.maybeNumber("connectionTimeout"),
    CustomHeaders: counted(
      origin.objects("customHeaders").map((header) => ({
        HeaderName: header.text("name"),
        HeaderValue: header.text("value"),
      })),
    ),
    S3OriginConfig: s3 && { OriginAccessIdentity: s3.maybeText("originAccessIdentity") ?? "" },
    OriginShield: shield && {
      Enabled: shield.flag("enabled"),
      OriginShieldRegion: shield.maybeText("originShieldRegion"),
    },
    CustomOriginConfig: custom && {
      HTTPPort: custom.number("httpPort"),
      HTTPSPort: custom.number("httpsPort"),
      OriginProtocolPolicy: custom.choice("originProtocolPolicy", sdk.OriginProtocolPolicy),
      OriginReadTimeout: custom.maybeNumber("originReadTimeout"),
      OriginKeepaliveTimeout: custom.maybeNumber("originKeepaliveTimeout"),
    },
  };
};

function behaviourOf(behaviour: Props): sdk.DefaultCacheBehavior {
  const method = (text: string): sdk.Method => {
    const found = Object.values(sdk.Method).find((item) => item === text);
    if (found === undefined) throw new Error(`there is no method ${text}`);
    return found;
  };
  return {
    TargetOriginId: behaviour.text("targetOriginId"),
    ViewerProtocolPolicy: behaviour.choice("viewerProtocolPolicy", sdk.ViewerProtocolPolicy),
    AllowedMethods: {
      ...counted(behaviour.texts("allowedMethods").map(method)),
      CachedMethods: counted(behaviour.texts("cachedMethods").map(method)),
    },
    CachePolicyId: behaviour.maybeText("cachePolicyId"),
    OriginRequestPolicyId: behaviour.maybeText("originRequestPolicyId"),
    ResponseHeadersPolicyId: behaviour.maybeText("responseHeadersPolicyId"),
    Compress: behaviour.maybeFlag("compress"),
    SmoothStreaming: false,
    FieldLevelEncryptionId: "",
  };
}

function distributionConfig(inputs: Props, reference: string): sdk.DistributionConfig {
  const certificate = inputs.object("viewerCertificate");
  const geo = inputs.object("restrictions")?.object("geoRestriction");
  const logging = inputs.object("loggingConfig");
  return {
    CallerReference: reference,
    Comment: inputs.maybeText("comment") ?? "",
    Enabled: inputs.flag("enabled"),
    Aliases: counted(inputs.texts("aliases")),
    DefaultRootObject: inputs.maybeText("defaultRootObject") ?? "",
    PriceClass: inputs.maybeChoice("priceClass", sdk.PriceClass),
    HttpVersion: inputs.maybeChoice("httpVersion", sdk.HttpVersion),
    IsIPV6Enabled: inputs.maybeFlag("isIpv6Enabled"),
    WebACLId: inputs.maybeText("webAclId") ?? "",
    Origins: counted(inputs.objects("origins").map(originOf)),
    DefaultCacheBehavior: behaviourOf(given(inputs.object("defaultCacheBehavior"), "defaultCacheBehavior")),
    CacheBehaviors: counted(
      inputs
        .objects("orderedCacheBehaviors")
        .map((item) => ({ ...behaviourOf(item), PathPattern: item.text("pathPattern") })),
    ),
    Logging: {
      Enabled: logging !== undefined,
      Bucket: logging?.maybeText("bucket") ?? "",
      Prefix: logging?.maybeText("prefix") ?? "",
      IncludeCookies: logging?.maybeFlag("includeCookies") ?? false,
    },
    Restrictions: {
      GeoRestriction: {
        RestrictionType: geo?.maybeChoice("restrictionType", sdk.GeoRestrictionType) ?? "none",
        ...counted(geo?.texts("locations") ?? []),
      },
    },
    ViewerCertificate: {
      CloudFrontDefaultCertificate: certificate?.maybeFlag("cloudfrontDefaultCertificate"),
      ACMCertificateArn: certificate?.maybeText("acmCertificateArn"),
      MinimumProtocolVersion: certificate?.maybeChoice("minimumProtocolVersion", sdk.MinimumProtocolVersion),
      SSLSupportMethod: certificate?.maybeChoice("sslSupportMethod", sdk.SSLSupportMethod),
    },
  };
}

const distribution: ResourceType = {
  replaceOn: ["staging"],
  async create(inputs, aws) {
    const DistributionConfig = distributionConfig(
      inputs,
      `stand-in-${Date.now()}-${inputs.maybeText("comment")}`,
    );
    const answer = await client(aws).send(
      new sdk.CreateDistributionWithTagsCommand({
        DistributionConfigWithTags: { DistributionConfig, Tags: { Items: inputs.tags() } },
      }),
    );
    return given(answer.Distribution?.Id, "Id");
  },
  async read(id, _state, aws) {
    const { Distribution, ETag } = await client(aws).send(new sdk.GetDistributionCommand({ Id: id }));
    const arn = Distribution?.ARN;
    const { Tags } = await client(aws).send(new sdk.ListTagsForResourceCommand({ Resource: arn }));
    return {
      arn,
      domainName: Distribution?.DomainName,
      hostedZoneId: HOSTED_ZONE,
      etag: ETag,
      status: "Deployed",
      callerReference: Distribution?.DistributionConfig?.CallerReference,
      tags: tagMap(Tags?.Items),
    };
  },
  async update(id, news, olds, aws) {
    const { ETag } = await client(aws).send(new sdk.GetDistributionCommand({ Id: id }));
    const DistributionConfig = distributionConfig(news, olds.text("callerReference"));
    await client(aws).send(new sdk.UpdateDistributionCommand({ Id: id, IfMatch: ETag, DistributionConfig }));
    const Resource = olds.text("arn");
    await updateTags(news, olds, {
      set: (Items) => client(aws).send(new sdk.TagResourceCommand({ Resource, Tags: { Items } })),
      remove: (Items) => client(aws).send(new sdk.UntagResourceCommand({ Resource, TagKeys: { Items } })),
    });
  },
  async delete(id, state, aws) {
    // Only a distribution that is switched off may go.
    const { ETag } = await client(aws).send(new sdk.GetDistributionCommand({ Id: id }));
    const DistributionConfig = {
      ...distributionConfig(state, state.text("callerReference")),
      Enabled: false,
    };
    const off = await client(aws).send(
      new sdk.UpdateDistributionCommand({ Id: id, IfMatch: ETag, DistributionConfig }),
    );
    await client(aws).send(new sdk.DeleteDistributionCommand({ Id: id, IfMatch: off.ETag }));
  },
};

const originAccessControlConfig = (inputs: Props): sdk.OriginAccessControlConfig => ({
  Name: inputs.text("name"),
  Description: inputs.maybeText("description") ?? "",
  OriginAccessControlOriginType: inputs.choice(
    "originAccessControlOriginType",
    sdk.OriginAccessControlOriginTypes,
  ),
  SigningBehavior: inputs.choice("signingBehavior", sdk.OriginAccessControlSigningBehaviors),
  SigningProtocol: inputs.choice("signingProtocol", sdk.OriginAccessControlSigningProtocols),
});

const originAccessControl: ResourceType = {
  naming: { property: "name", longest: 64 },
  async create(inputs, aws) {
    const answer = await client(aws).send(
      new sdk.CreateOriginAccessControlCommand({
        OriginAccessControlConfig: originAccessControlConfig(inputs),
      }),
    );
    return given(answer.OriginAccessControl?.Id, "Id");
  },
  async read(id, _state, aws) {
    const { ETag } = await client(aws).send(new sdk.GetOriginAccessControlCommand({ Id: id }));
    return { arn: `arn:aws:cloudfront::${ACCOUNT_ID}:origin-access-control/${id}`, etag: ETag };
  },
  async delete(id, _state, aws) {
    const { ETag } = await client(aws).send(new sdk.GetOriginAccessControlCommand({ Id: id }));
    await client(aws).send(new sdk.DeleteOriginAccessControlCommand({ Id: id, IfMatch: ETag }));
  },
};

export const types: ResourceTypes = {
  "aws:cloudfront/distribution:Distribution": distribution,
  "aws:cloudfront/originAccessControl:OriginAccessControl": originAccessControl,
};

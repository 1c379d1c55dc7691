import * as cloudfront from "@pulumi/aws/cloudfront";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeArgs, EdgeOutputs, TelemetrySource } from "../contracts";
import { type AwsContext, awsTags, childOptions } from "./context";
import { countingFirewall } from "./edge/firewall";
import { edgeOrigin } from "./edge/origin";
import { ALL_VIEWER_EXCEPT_HOST_POLICY_ID, cachePolicy } from "./edge/policies";
import { after } from "./ordering";

const ORIGIN_ID = "load-balancer";
const ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"];

/**
 * CloudFront in front of the load balancer. The load balancer is closed to everyone else by CloudFront's managed prefix list in its security
 * group; no secret header is checked, because the rule for it would have to be made before the edge that sends it.
 *
 * Answers are cached as the origin's Cache-Control says; see {@link cachePolicy}. Health checks of the origin are the load balancer's
 * business: CloudFront has none, and `originHealthPath` is not used.
 */
export class AwsEdge extends pulumi.ComponentResource implements EdgeOutputs {
  readonly url: pulumi.Output<string>;
  /** What a cold-cache run invalidates; see `invalidateEdge`. */
  readonly distributionId: pulumi.Output<string>;
  /** None: what AWS sees of the edge is in CloudWatch. */
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: EdgeArgs, context: AwsContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:aws:Edge", name, {}, opts);
    const options = childOptions(this, opts);
    const { environment, sizing } = args;
    const settings = context.settings.edge;
    const origin = pulumi.output(args.originUrl).apply(edgeOrigin);
    const firewall = settings.waf ? countingFirewall(`${name}-firewall`, environment, options) : undefined;
    const distribution = new cloudfront.Distribution(
      `${name}-distribution`,
      {
        enabled: true,
        // The same text whatever the number is: it is here so that Pulumi makes the edge once the origin serves, and not before.
        comment: pulumi
          .output(args.originInService)
          .apply(() => `Edge of perfbed environment ${environment.id}`),
        isIpv6Enabled: true,
        httpVersion: "http2and3",
        priceClass: settings.priceClass,
        waitForDeployment: true,
        retainOnDelete: false,
        origins: [
          {
            originId: ORIGIN_ID,
            domainName: origin.domainName,
            customOriginConfig: origin.customOriginConfig,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: ORIGIN_ID,
          // Scripts of load that say http:// are served, and measured, as such.
          viewerProtocolPolicy: "allow-all",
          allowedMethods: ALL_METHODS,
          cachedMethods: ["GET", "HEAD"],
          compress: true,
          cachePolicyId: cachePolicy(`${name}-cache-policy`, environment, sizing, options).id,
          originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_POLICY_ID,
        },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        viewerCertificate: { cloudfrontDefaultCertificate: true },
        ...(firewall === undefined ? {} : { webAclId: firewall.arn }),
        tags: awsTags(environment, "edge"),
      },
      options,
    );
    const domainName = settings.additionalMetrics
      ? after(distribution.domainName, additionalMetrics(name, distribution, options))
      : distribution.domainName;
    this.url = pulumi.interpolate`https://${domainName}`;
    this.distributionId = distribution.id;
    this.telemetry = pulumi.output([]);
    this.registerOutputs({
      url: this.url,
      distributionId: this.distributionId,
      telemetry: this.telemetry,
    });
  }
}

/** Hit ratio, origin latency and error rates by status, by the minute; paid by distribution and month. */
function additionalMetrics(
  name: string,
  distribution: cloudfront.Distribution,
  options: pulumi.CustomResourceOptions,
): cloudfront.MonitoringSubscription {
  return new cloudfront.MonitoringSubscription(
    `${name}-metrics`,
    {
      distributionId: distribution.id,
      monitoringSubscription: {
        realtimeMetricsSubscriptionConfig: { realtimeMetricsSubscriptionStatus: "Enabled" },
      },
    },
    options,
  );
}

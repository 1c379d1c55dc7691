import * as wafv2 from "@pulumi/aws/wafv2";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags, physicalName } from "../context";
import { regionalProvider } from "../provider";

/** What belongs to CloudFront is kept here, wherever the environment is. */
const CLOUDFRONT_REGION = "us-east-1";
/** Requests of one address in five minutes. */
const RATE_LIMIT = 2_000;

const visibility = (metricName: string) => ({
  metricName,
  cloudwatchMetricsEnabled: true,
  // Samples hold whole headers, credentials among them.
  sampledRequestsEnabled: false,
});

/** The rules every environment is looked at with. They count and never block: the fleet itself is the flood they warn of. */
export function countingRules(metricPrefix: string) {
  return [
    {
      name: "core-rule-set",
      priority: 0,
      overrideAction: { count: {} },
      statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
      visibilityConfig: visibility(`${metricPrefix}-core-rule-set`),
    },
    {
      name: "rate-limit",
      priority: 1,
      action: { count: {} },
      statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: RATE_LIMIT } },
      visibilityConfig: visibility(`${metricPrefix}-rate-limit`),
    },
  ];
}

/** AWS WAF in front of the edge, as production has it: its latency is part of what is measured. */
export function countingFirewall(
  name: string,
  environment: EnvironmentIdentity,
  options: pulumi.CustomResourceOptions,
): wafv2.WebAcl {
  const provider = regionalProvider(`${name}-${CLOUDFRONT_REGION}`, CLOUDFRONT_REGION, options);
  const aclName = physicalName(environment, "edge", 128);
  return new wafv2.WebAcl(
    name,
    {
      name: aclName,
      description: `Edge of perfbed environment ${environment.id}`,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      rules: countingRules(aclName),
      visibilityConfig: visibility(aclName),
      tags: awsTags(environment, "edge"),
    },
    { ...options, provider },
  );
}

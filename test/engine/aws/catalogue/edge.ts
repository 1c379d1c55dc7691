import * as budgets from "@pulumi/aws/budgets";
import * as cloudfront from "@pulumi/aws/cloudfront";
import * as lambda from "@pulumi/aws/lambda";
import type * as lb from "@pulumi/aws/lb";
import * as scheduler from "@pulumi/aws/scheduler";
import * as ssm from "@pulumi/aws/ssm";
import * as wafv2 from "@pulumi/aws/wafv2";
import * as pulumi from "@pulumi/pulumi";
import type { Roles, Tags } from "./ground";

export function edge(loadBalancer: lb.LoadBalancer, tags: Tags): void {
  const visibilityConfig = {
    cloudwatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName: "acl",
  };
  const acl = new wafv2.WebAcl("edge", {
    region: "us-east-1",
    scope: "CLOUDFRONT",
    defaultAction: { allow: {} },
    rules: [
      {
        name: "core",
        priority: 1,
        overrideAction: { count: {} },
        statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
        visibilityConfig,
      },
      {
        name: "rate",
        priority: 2,
        action: { count: {} },
        statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: "IP" } },
        visibilityConfig,
      },
    ],
    visibilityConfig,
    tags,
  });
  const keys = { cookiesConfig: { cookieBehavior: "none" }, headersConfig: { headerBehavior: "none" } };
  const queryStringsConfig = { queryStringBehavior: "all" };
  const cachePolicy = new cloudfront.CachePolicy("edge", {
    parametersInCacheKeyAndForwardedToOrigin: { ...keys, queryStringsConfig },
  });
  const requestPolicy = new cloudfront.OriginRequestPolicy("edge", { ...keys, queryStringsConfig });
  new cloudfront.ResponseHeadersPolicy("edge", {
    securityHeadersConfig: { contentTypeOptions: { override: true } },
  });
  new cloudfront.VpcOrigin("edge", {
    vpcOriginEndpointConfig: {
      name: "app",
      arn: loadBalancer.arn,
      httpPort: 80,
      httpsPort: 443,
      originProtocolPolicy: "http-only",
      originSslProtocols: { items: ["TLSv1.2"], quantity: 1 },
    },
  });
  new cloudfront.OriginAccessControl("edge", {
    originAccessControlOriginType: "s3",
    signingBehavior: "always",
    signingProtocol: "sigv4",
  });
  const methods = ["GET", "HEAD"];
  const distribution = new cloudfront.Distribution("edge", {
    enabled: true,
    comment: "catalogue",
    priceClass: "PriceClass_100",
    webAclId: acl.arn,
    origins: [
      {
        originId: "app",
        domainName: loadBalancer.dnsName,
        customHeaders: [{ name: "x-edge", value: "yes" }],
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: "http-only",
          originSslProtocols: ["TLSv1.2"],
        },
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: "app",
      viewerProtocolPolicy: "allow-all",
      allowedMethods: methods,
      cachedMethods: methods,
      cachePolicyId: cachePolicy.id,
      originRequestPolicyId: requestPolicy.id,
    },
    orderedCacheBehaviors: [
      {
        pathPattern: "/static/*",
        targetOriginId: "app",
        viewerProtocolPolicy: "allow-all",
        allowedMethods: methods,
        cachedMethods: methods,
        cachePolicyId: cachePolicy.id,
      },
    ],
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
    tags,
  });
  new cloudfront.MonitoringSubscription("edge", {
    distributionId: distribution.id,
    monitoringSubscription: {
      realtimeMetricsSubscriptionConfig: { realtimeMetricsSubscriptionStatus: "Enabled" },
    },
  });
}

export function guard({ instance }: Roles, tags: Tags): void {
  const group = new scheduler.ScheduleGroup("guard", { tags });
  const teardown = new lambda.Function("teardown", {
    role: instance.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    timeout: 60,
    code: new pulumi.asset.AssetArchive({
      "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {};"),
    }),
    environment: { variables: { STAGE: "test" } },
    tags,
  });
  new lambda.Permission("teardown", {
    action: "lambda:InvokeFunction",
    function: teardown.name,
    principal: "scheduler.amazonaws.com",
  });
  new scheduler.Schedule("expiry", {
    groupName: group.name,
    scheduleExpression: "at(2099-01-01T00:00:00)",
    flexibleTimeWindow: { mode: "OFF" },
    actionAfterCompletion: "DELETE",
    target: {
      arn: teardown.arn,
      roleArn: instance.arn,
      input: "{}",
      retryPolicy: { maximumRetryAttempts: 3 },
    },
  });
  new budgets.Budget("guard", {
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: "100",
    limitUnit: "USD",
    costFilters: [{ name: "TagKeyValue", values: ["user:perfbed$catalogue"] }],
    notifications: [
      {
        comparisonOperator: "GREATER_THAN",
        notificationType: "ACTUAL",
        threshold: 80,
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: ["owner@example.com"],
      },
    ],
  });
  new ssm.Parameter("setting", { type: "String", value: "1", tags });
}

import * as pulumi from "@pulumi/pulumi";
import { AwsEdge } from "../../../components/aws/edge";
import { edgeOrigin } from "../../../components/aws/edge/origin";
import { EdgePriceClass, type EdgeSettings } from "../../../components/aws/settings";
import type { EdgeArgs } from "../../../components/contracts";
import { allRegistered, settled } from "../support";
import {
  awsContext,
  ENVIRONMENT,
  inputsOf,
  listed,
  named,
  type Registration,
  recordRegistrations,
  tags,
  untagged,
} from "./data-tier-support";

const DISTRIBUTION = "shop-edge-distribution";

const args = (changes: Partial<EdgeArgs> = {}): EdgeArgs => ({
  environment: ENVIRONMENT,
  sizing: { cpu: 0.5, memoryMiB: 64, defaultTtlSeconds: 30, graceSeconds: 10 },
  originUrl: pulumi.output("http://lb.elb.amazonaws.com"),
  originInService: pulumi.output(2),
  originHealthPath: "/ready",
  ...changes,
});

async function register(
  settings: Partial<EdgeSettings> = {},
  changes: Partial<EdgeArgs> = {},
): Promise<{ edge: AwsEdge; registrations: Registration[] }> {
  const registrations = recordRegistrations();
  const edge = new AwsEdge("shop-edge", args(changes), awsContext({ edge: settings }), {});
  await settled(edge.url);
  await allRegistered();
  return { edge, registrations };
}

describe("CloudFront, as registered with the engine", () => {
  test("these resources and no others, each with the environment's tags", async () => {
    const { registrations } = await register();
    expect(listed(registrations)).toEqual(
      [
        "perfbed:aws:Edge shop-edge",
        "aws:cloudfront/cachePolicy:CachePolicy shop-edge-cache-policy",
        "aws:cloudfront/distribution:Distribution shop-edge-distribution",
        "aws:cloudfront/monitoringSubscription:MonitoringSubscription shop-edge-metrics",
      ].sort(),
    );
    expect(untagged(registrations)).toEqual([]);
  });

  test("the distribution passes everything on to the load balancer, and caches reads", async () => {
    const { registrations } = await register({ priceClass: EdgePriceClass.All });
    expect(inputsOf(registrations, DISTRIBUTION)).toEqual({
      enabled: true,
      comment: "Edge of perfbed environment pb-test",
      isIpv6Enabled: true,
      httpVersion: "http2and3",
      priceClass: "PriceClass_All",
      waitForDeployment: true,
      retainOnDelete: false,
      origins: [
        {
          originId: "load-balancer",
          domainName: "lb.elb.amazonaws.com",
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "http-only",
            originSslProtocols: ["TLSv1.2"],
            originReadTimeout: 60,
            originKeepaliveTimeout: 55,
          },
        },
      ],
      defaultCacheBehavior: {
        targetOriginId: "load-balancer",
        viewerProtocolPolicy: "allow-all",
        allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        cachedMethods: ["GET", "HEAD"],
        compress: true,
        cachePolicyId: "shop-edge-cache-policy-id",
        originRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: { cloudfrontDefaultCertificate: true },
      tags: tags("edge"),
    });
  });

  test("answers keep as long as the origin says, by path and query", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-edge-cache-policy")).toEqual({
      name: "pb-test-edge",
      comment: "Edge of perfbed environment pb-test",
      minTtl: 0,
      defaultTtl: 30,
      maxTtl: 31_536_000,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: "none" },
        headersConfig: { headerBehavior: "none" },
        queryStringsConfig: { queryStringBehavior: "all" },
        enableAcceptEncodingGzip: true,
        enableAcceptEncodingBrotli: true,
      },
    });
  });

  test("it is made only once the origin is known to serve", async () => {
    const registrations = recordRegistrations();
    let serve: (instances: number) => void = () => {};
    const originInService = pulumi.output(
      new Promise<number>((resolve) => {
        serve = resolve;
      }),
    );
    const edge = new AwsEdge("shop-edge", args({ originInService }), awsContext(), {});
    // Far more turns than a registration takes; what does not wait for the origin has been registered by then.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(listed(registrations).filter((one) => one.endsWith("shop-edge-cache-policy"))).toHaveLength(1);
    expect(listed(registrations).filter((one) => one.endsWith(DISTRIBUTION))).toEqual([]);
    serve(1);
    expect((await settled(edge.url)).value).toBe("https://d1.cloudfront.net");
    await allRegistered();
    expect(listed(registrations).filter((one) => one.endsWith(DISTRIBUTION))).toHaveLength(1);
  });

  test("its outputs are the URL of its own name and what to invalidate", async () => {
    const { edge } = await register();
    expect((await settled(edge.url)).value).toBe("https://d1.cloudfront.net");
    expect((await settled(edge.distributionId)).value).toBe("shop-edge-distribution-id");
    expect((await settled(edge.telemetry)).value).toEqual([]);
  });

  test("additional metrics are paid for only when asked for", async () => {
    const { registrations } = await register();
    expect(inputsOf(registrations, "shop-edge-metrics")).toEqual({
      distributionId: "shop-edge-distribution-id",
      monitoringSubscription: {
        realtimeMetricsSubscriptionConfig: { realtimeMetricsSubscriptionStatus: "Enabled" },
      },
    });
    const without = await register({ additionalMetrics: false });
    expect(listed(without.registrations).filter((one) => one.includes("metrics"))).toEqual([]);
    expect((await settled(without.edge.url)).value).toBe("https://d1.cloudfront.net");
  });
});

describe("the firewall, as registered with the engine", () => {
  test("it is CloudFront's, in the one region that has them, and counts without blocking", async () => {
    const { registrations } = await register({ waf: true });
    expect(named(registrations, "shop-edge-firewall-us-east-1")).toMatchObject({
      type: "pulumi:providers:aws",
      inputs: { region: "us-east-1" },
    });
    const firewall = named(registrations, "shop-edge-firewall");
    expect(firewall.type).toBe("aws:wafv2/webAcl:WebAcl");
    expect(firewall.provider).toContain("shop-edge-firewall-us-east-1");
    const visibility = (metricName: string) => ({
      metricName,
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    expect(firewall.inputs).toEqual({
      name: "pb-test-edge",
      description: "Edge of perfbed environment pb-test",
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      rules: [
        {
          name: "core-rule-set",
          priority: 0,
          overrideAction: { count: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" },
          },
          visibilityConfig: visibility("pb-test-edge-core-rule-set"),
        },
        {
          name: "rate-limit",
          priority: 1,
          action: { count: {} },
          statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: 2_000 } },
          visibilityConfig: visibility("pb-test-edge-rate-limit"),
        },
      ],
      visibilityConfig: visibility("pb-test-edge"),
      tags: tags("edge"),
    });
    expect(inputsOf(registrations, DISTRIBUTION)).toMatchObject({ webAclId: "arn:shop-edge-firewall" });
    expect(named(registrations, DISTRIBUTION).provider).not.toContain("us-east-1");
    expect(untagged(registrations)).toEqual([]);
  });
});

describe("the origin", () => {
  test.each([
    ["http://lb.example", "http-only", 80, 443],
    ["https://shop.example", "https-only", 80, 443],
    ["http://lb.example:8080", "http-only", 8080, 443],
    ["https://shop.example:8443/", "https-only", 80, 8443],
  ])("%s is spoken to over %s", (url, originProtocolPolicy, httpPort, httpsPort) => {
    expect(edgeOrigin(url).customOriginConfig).toMatchObject({ originProtocolPolicy, httpPort, httpsPort });
  });
});

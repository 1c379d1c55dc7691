import { settled } from "../support";
import { inputsOf, tagged } from "./app-fleet-support";
import { makeApp, withApplicationFolder } from "./app-support";

withApplicationFolder();

describe("the balancer of the app tier, as registered with the engine", () => {
  test("the balancer is public, drops broken headers, keeps a log, and may be removed", async () => {
    const { recorded } = await makeApp();
    expect(inputsOf(recorded, "shop-app-load-balancer")).toEqual({
      name: "pb-test-app",
      loadBalancerType: "application",
      internal: false,
      subnets: ["public-a", "public-b"],
      securityGroups: ["sg-load-balancer"],
      dropInvalidHeaderFields: true,
      enableHttp2: true,
      enableDeletionProtection: false,
      idleTimeout: 60,
      accessLogs: { enabled: true, bucket: "pb-test-bucket", prefix: "access-logs" },
      tags: tagged("app"),
    });
    expect(inputsOf(recorded, "shop-app-target-group")).toEqual({
      name: "pb-test-app-ec2",
      vpcId: "vpc-1",
      targetType: "instance",
      protocol: "HTTP",
      protocolVersion: "HTTP1",
      port: 8080,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      deregistrationDelay: 5,
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        path: "/ready",
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags: tagged("app"),
    });
    expect(inputsOf(recorded, "shop-app-listener")).toMatchObject({
      protocol: "HTTP",
      port: 80,
      defaultActions: [
        { type: "forward", targetGroupArn: "arn:aws:lb:eu-west-1:123456789012:shop-app-target-group" },
      ],
    });
  });

  test("access logs can be left out", async () => {
    const { recorded, app } = await makeApp({ settings: { app: { accessLogs: false } } });
    expect(inputsOf(recorded, "shop-app-load-balancer")).not.toHaveProperty("accessLogs");
    expect((await settled(app.url)).value).toBe("http://pb-test-app-1.eu-west-1.elb.amazonaws.com");
  });
});

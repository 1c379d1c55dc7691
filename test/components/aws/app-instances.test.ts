import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { CpuArchitecture } from "../../../components/aws/settings";
import { secret, settled } from "../support";
import { decoded, groupTags, inputsOf, registered, statements, TAGS, tagged } from "./app-fleet-support";
import { applicationFolder, CACHE, DATABASE, makeApp, VARIABLES, withApplicationFolder } from "./app-support";

withApplicationFolder();

describe("AwsApp on EC2, as registered with the engine", () => {
  test("it registers these resources and no others", async () => {
    const { recorded } = await makeApp();
    expect(registered(recorded)).toEqual([
      "aws:autoscaling:Group shop-app-group",
      "aws:autoscaling:LifecycleHook shop-app-group-drained",
      "aws:autoscaling:Policy shop-app-scaling-target-tracking",
      "aws:ec2:LaunchTemplate shop-app-launch-template",
      "aws:iam:InstanceProfile shop-app-instance-profile",
      "aws:iam:Role shop-app-instance-role",
      "aws:iam:RolePolicy shop-app-instance-role-policy",
      "aws:iam:RolePolicyAttachment shop-app-instance-role-AmazonSSMManagedInstanceCore",
      "aws:lb:Listener shop-app-listener",
      "aws:lb:LoadBalancer shop-app-load-balancer",
      "aws:lb:TargetGroup shop-app-target-group",
      "aws:s3:BucketObjectv2 shop-app-bundle",
      "aws:secretsmanager:Secret shop-app-variables",
      "aws:secretsmanager:SecretVersion shop-app-variables-value",
      "perfbed:aws:App shop-app",
    ]);
  });

  test("its outputs are the balancer's URL and the minimum, and no live source yet", async () => {
    const { app } = await makeApp();
    expect(await settled(app.url)).toEqual({
      value: "http://pb-test-app-1.eu-west-1.elb.amazonaws.com",
      secret: false,
    });
    expect((await settled(app.inService)).value).toBe(2);
    expect((await settled(app.telemetry)).value).toEqual([]);
  });

  test("instances have metadata version 2, an encrypted volume, no key and no public address", async () => {
    const { recorded } = await makeApp();
    const { userData, ...template } = inputsOf(recorded, "shop-app-launch-template");
    const { "perfbed:owner": _owner, "perfbed:expires-at": _expiry, ...lasting } = tagged("app");
    expect(template).toEqual({
      imageId: "ami-1",
      instanceType: "c7g.large",
      iamInstanceProfile: { arn: "arn:aws:iam:eu-west-1:123456789012:shop-app-instance-profile" },
      updateDefaultVersion: true,
      ebsOptimized: "true",
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          deleteOnTermination: "true",
          securityGroups: ["sg-app"],
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 20, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        // Neither owner nor expiry: another one of either is no reason for new instances.
        tags: lasting,
      })),
      tags: tagged("app"),
    });
    const text = decoded(userData);
    expect(text).toContain("BUCKET='pb-test-bucket'");
    expect(text).toContain("GROUP='pb-test-app'");
    expect(text).toContain(`'${VARIABLES}'`);
    expect(text).toContain(`{{secret:${DATABASE}:password}}@proxy:5432/app`);
  });

  test("type and image may be named; a burstable one is not slowed down half-way", async () => {
    const { recorded } = await makeApp({
      settings: { app: { instanceType: "t4g.large", imageId: "ami-own" } },
    });
    expect(inputsOf(recorded, "shop-app-launch-template")).toMatchObject({
      instanceType: "t4g.large",
      imageId: "ami-own",
      creditSpecification: { cpuCredits: "unlimited" },
    });
    expect(recorded.calls).toEqual([]);
  });

  test("the group waits for its minimum at the balancer and replaces what is not ready", async () => {
    const { recorded } = await makeApp();
    expect(inputsOf(recorded, "shop-app-group")).toEqual({
      name: "pb-test-app",
      minSize: 2,
      maxSize: 6,
      vpcZoneIdentifiers: ["private-a", "private-b"],
      launchTemplate: { id: "shop-app-launch-template-id", version: "3" },
      targetGroupArns: ["arn:aws:lb:eu-west-1:123456789012:shop-app-target-group"],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 20,
      defaultInstanceWarmup: 45,
      minElbCapacity: 2,
      // 240 s of boot, 30 + 120 s of set-up, 20 s of start: 410 s.
      waitForCapacityTimeout: "12m",
      initialLifecycleHooks: [
        {
          name: "ready",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          heartbeatTimeout: 410,
          defaultResult: "ABANDON",
        },
      ],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          instanceWarmup: "45",
          minHealthyPercentage: 100,
          maxHealthyPercentage: 200,
          skipMatching: true,
        },
      },
      enabledMetrics: [
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
        "GroupMaxSize",
        "GroupMinSize",
        "GroupPendingInstances",
        "GroupStandbyInstances",
        "GroupTerminatingInstances",
        "GroupTotalInstances",
      ],
      metricsGranularity: "1Minute",
      terminationPolicies: ["OldestLaunchTemplate", "Default"],
      forceDelete: true,
      tags: groupTags("app"),
    });
    expect(inputsOf(recorded, "shop-app-group-drained")).toEqual({
      name: "drained",
      autoscalingGroupName: "pb-test-app",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 40,
      defaultResult: "CONTINUE",
    });
  });

  test("a warm pool waits stopped, and goes with the group", async () => {
    const { recorded } = await makeApp({ settings: { app: { warmPool: { minSize: 2, running: false } } } });
    expect(inputsOf(recorded, "shop-app-group")).toMatchObject({
      warmPool: { minSize: 2, poolState: "Stopped", instanceReusePolicy: { reuseOnScaleIn: false } },
      forceDeleteWarmPool: true,
    });
  });

  test("spot instances come from several types, beyond what is on demand", async () => {
    const { recorded } = await makeApp({
      settings: {
        app: {
          spot: {
            onDemandBase: 1,
            onDemandPercentAboveBase: 25,
            instanceTypes: ["m7g.large", "c7g.large"],
          },
        },
      },
    });
    const group = inputsOf(recorded, "shop-app-group");
    expect(group).not.toHaveProperty("launchTemplate");
    expect(group).toMatchObject({
      capacityRebalance: true,
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 1,
          onDemandPercentageAboveBaseCapacity: 25,
          spotAllocationStrategy: "price-capacity-optimized",
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: "shop-app-launch-template-id",
            version: "3",
          },
          overrides: [{ instanceType: "c7g.large" }, { instanceType: "m7g.large" }],
        },
      },
    });
  });

  test("an instance may read its bundle and its secrets, leave markers and logs, and no more", async () => {
    const { recorded } = await makeApp();
    expect(JSON.parse(String(inputsOf(recorded, "shop-app-instance-role").assumeRolePolicy))).toEqual({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
    const logs = "arn:aws:logs:eu-west-1:*:log-group:/perfbed/pb-test";
    expect(statements(inputsOf(recorded, "shop-app-instance-role-policy").policy)).toEqual({
      ReadBundle: {
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::pb-test-bucket/app/bundles/*"],
      },
      Markers: {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: ["arn:aws:s3:::pb-test-bucket/app/markers/*"],
      },
      WriteLogs: {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: [logs, `${logs}:log-stream:*`],
      },
      AnswerLifecycleHooks: {
        Effect: "Allow",
        Action: ["autoscaling:CompleteLifecycleAction"],
        Resource: ["arn:aws:autoscaling:eu-west-1:*:autoScalingGroup:*:autoScalingGroupName/pb-test-app"],
      },
      ReadSecrets: {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: [CACHE, DATABASE, VARIABLES],
      },
    });
  });

  test("the bundle has its content in its name, and only perfbed's tags", async () => {
    const { recorded } = await makeApp();
    const { source, ...bundle } = inputsOf(recorded, "shop-app-bundle");
    expect(bundle).toEqual({
      bucket: "pb-test-bucket",
      key: expect.stringMatching(/^app\/bundles\/[0-9a-f]{64}\.tar\.gz$/),
      contentType: "application/gzip",
      forceDestroy: true,
      tags: Object.fromEntries(
        Object.entries({ ...TAGS, Name: "pb-test-app-bundle" }).filter(([key]) => key !== "team"),
      ),
    });
    if (!(source instanceof pulumi.asset.FileAsset)) throw new TypeError("the bundle is no file");
    expect(await source.path).toBe(
      join(applicationFolder(), "home", bundle.key?.toString().replace("app/", "") ?? ""),
    );
  });

  test("masking of restored data is shipped by its content, and a launch may take as long as it", async () => {
    const sqlFile = join(applicationFolder(), "masking.sql");
    writeFileSync(sqlFile, "UPDATE customers SET email = id || '@example.com';\n");
    const database = { snapshotIdentifier: "production", masking: { sqlFile, timeoutSeconds: 900 } };
    const { recorded } = await makeApp({ settings: { database } });
    const { source, ...object } = inputsOf(recorded, "shop-app-masking");
    expect(object).toMatchObject({
      bucket: "pb-test-bucket",
      key: expect.stringMatching(/^app\/bundles\/masking-[0-9a-f]{64}\.sql$/),
      forceDestroy: true,
    });
    if (!(source instanceof pulumi.asset.FileAsset)) throw new TypeError("the SQL is no file");
    expect(await source.path).toBe(sqlFile);
    expect(decoded(inputsOf(recorded, "shop-app-launch-template").userData)).toContain(String(object.key));
    // 240 s of boot, 900 + 120 s of masking, 30 + 120 s of set-up, 20 s of start.
    expect(inputsOf(recorded, "shop-app-group")).toMatchObject({
      initialLifecycleHooks: [{ heartbeatTimeout: 1_430 }],
    });
  });

  test("an image that was looked up is kept, and not for another processor", async () => {
    const { recorded } = await makeApp({ settings: { app: { architecture: CpuArchitecture.X8664 } } });
    expect(registered(recorded).filter((one) => one.includes("LaunchTemplate"))).toEqual([
      "aws:ec2:LaunchTemplate shop-app-launch-template-x86-64",
    ]);
  });

  test("the application's own variables lie in a secret, and references are replaced on the way there", async () => {
    process.env.SHOP_TOKEN = "hunter2";
    const { recorded } = await makeApp({ application: { environment: { TOKEN: "${SHOP_TOKEN}" } } });
    delete process.env.SHOP_TOKEN;
    expect(inputsOf(recorded, "shop-app-variables")).toMatchObject({ recoveryWindowInDays: 0 });
    expect(inputsOf(recorded, "shop-app-variables-value").secretString).toEqual(
      secret(JSON.stringify({ TOKEN: "hunter2" })),
    );
    expect(decoded(inputsOf(recorded, "shop-app-launch-template").userData)).not.toContain("hunter2");
    const without = await makeApp({ application: { environment: {} } });
    expect(registered(without.recorded).join()).not.toContain("secretsmanager");
  });
});

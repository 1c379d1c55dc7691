import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "@pulumi/aws/provider";
import { type AwsSettingsInput, awsSettings, awsSizings, createAwsTiers } from "../../../components/aws";
import { AwsFleet } from "../../../components/aws/fleet";
import {
  environmentRegions,
  generatorRegions,
  generatorsByRegion,
} from "../../../components/aws/fleet/regions";
import { FleetFlavour } from "../../../components/aws/settings";
import { validateAwsSettings } from "../../../components/aws/settings-validation";
import { ConfigError } from "../../../core/errors";
import { APPLICATION, environmentArgs } from "../support";
import { contextWith } from "./app-fleet-support";
import { named, type Recording, recordResources } from "./mocks";

jest.setTimeout(120_000);

const HOME = "eu-west-1";
const { environment } = environmentArgs();
const regionsOf = (regions: readonly string[]) => awsSettings({ region: HOME, fleet: { regions } });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pb-regions-"));
  writeFileSync(join(folder, "index.js"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A foundation and a fleet of three, and where its generators are. */
async function recordFleet(
  fleet: AwsSettingsInput["fleet"],
  more: { guard?: AwsSettingsInput["guard"]; provider?: () => Provider } = {},
): Promise<{ recording: Recording; locations: readonly string[] }> {
  let locations: readonly string[] = [];
  const recording = await recordResources(() => {
    const provider = more.provider?.();
    const tiers = createAwsTiers({
      settings: { region: HOME, ...(fleet ? { fleet } : {}), ...(more.guard ? { guard: more.guard } : {}) },
      sweeperCode: folder,
      ...(provider === undefined ? {} : { providers: { "us-east-2": provider } }),
    });
    const foundation = tiers.foundation("shop-foundation", { environment }, {});
    const made = tiers.fleet(
      "shop-fleet",
      { environment, sizing: { generators: 3 } },
      { dependsOn: [foundation] },
    );
    made.generators.apply((slots) => {
      locations = slots.map(({ location }) => location);
    });
  });
  return { recording, locations };
}

describe("regions of generators", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["without any named, the environment's own", [], [HOME, HOME, HOME]],
    ["in turn", [HOME, "us-east-2"], [HOME, "us-east-2", HOME]],
    [
      "one named twice gets twice as many",
      ["us-east-2", "us-east-2", HOME],
      ["us-east-2", "us-east-2", HOME],
    ],
    ["the environment's own need not be one", ["us-east-2"], ["us-east-2", "us-east-2", "us-east-2"]],
  ])("%s", (_, regions, expected) => {
    expect(generatorRegions(regionsOf(regions), 3)).toEqual(expected);
  });

  test("a region without a generator has no count, and the environment's own region is always one of it", () => {
    const settings = regionsOf(["us-east-2", "ap-south-1", "us-east-2"]);
    expect([...generatorsByRegion(settings, 1)]).toEqual([["us-east-2", 1]]);
    expect([...generatorsByRegion(settings, 4)]).toEqual([
      ["us-east-2", 3],
      ["ap-south-1", 1],
    ]);
    expect(environmentRegions(settings)).toEqual([HOME, "us-east-2", "ap-south-1"]);
  });
});

describe("a fleet in two regions, as registered with the engine", () => {
  test("the further region has a network, a group that nothing leads into, and generators, all of its own provider", async () => {
    const { recording } = await recordFleet({ regions: [HOME, "us-east-2"] });
    const further = recording.registrations.filter(({ parent }) => parent === "shop-fleet-us-east-2");
    expect(further.map(({ type, name }) => `${type.replace(/\/\w+:/, ":")} ${name}`).sort()).toEqual([
      "aws:autoscaling:Group shop-fleet-us-east-2-group",
      "aws:ec2:DefaultSecurityGroup shop-fleet-us-east-2-default-group",
      "aws:ec2:LaunchTemplate shop-fleet-us-east-2-launch-template",
      "aws:ec2:SecurityGroup shop-fleet-us-east-2-fleet-group",
      "aws:ec2:VpcEndpoint shop-fleet-us-east-2-endpoint-s3",
      "aws:vpc:SecurityGroupEgressRule shop-fleet-us-east-2-fleet-to-internet-443",
      "aws:vpc:SecurityGroupEgressRule shop-fleet-us-east-2-fleet-to-internet-80",
      "awsx:ec2:Vpc shop-fleet-us-east-2-vpc",
    ]);
    const custom = further.filter(({ type }) => !type.startsWith("awsx:"));
    expect(new Set(custom.map(({ provider }) => provider))).toEqual(
      new Set(["shop-fleet-us-east-2-provider"]),
    );
    expect(named(recording, "shop-fleet-us-east-2-provider").inputs).toMatchObject({ region: "us-east-2" });
    expect(named(recording, "shop-fleet-us-east-2")).toMatchObject({
      type: "perfbed:aws:FleetRegion",
      parent: "shop-fleet",
    });
    expect(named(recording, "shop-fleet-us-east-2-endpoint-s3").inputs.serviceName).toBe(
      "com.amazonaws.us-east-2.s3",
    );
  });

  test("generators are shared out in turn, and each place names its region where it is another", async () => {
    const { recording, locations } = await recordFleet({ regions: [HOME, "us-east-2"] });
    expect(named(recording, "shop-fleet-group").inputs).toMatchObject({ minSize: 2, maxSize: 2 });
    expect(named(recording, "shop-fleet-us-east-2-group").inputs).toMatchObject({
      name: "pb-test-fleet",
      minSize: 1,
      maxSize: 1,
    });
    expect(locations).toEqual([
      "asg:pb-test-fleet#1",
      "asg:us-east-2/pb-test-fleet#1",
      "asg:pb-test-fleet#2",
    ]);
  });

  test("one role serves both regions, and may tell the groups of both that an instance is ready", async () => {
    const { recording } = await recordFleet({ regions: [HOME, "us-east-2"] });
    const roles = recording.registrations.filter(
      ({ type, name }) => type === "aws:iam/role:Role" && name.startsWith("shop-fleet"),
    );
    expect(roles).toHaveLength(1);
    const policy = String(named(recording, "shop-fleet-instance-role-policy").inputs.policy);
    for (const region of [HOME, "us-east-2"]) {
      expect(policy).toContain(
        `arn:aws:autoscaling:${region}:*:autoScalingGroup:*:autoScalingGroupName/pb-test-fleet`,
      );
    }
    const script = Buffer.from(
      String(named(recording, "shop-fleet-us-east-2-launch-template").inputs.userData),
      "base64",
    ).toString();
    // Bucket and keys are where the environment is, the group is not.
    expect(script).toContain("export AWS_DEFAULT_REGION='eu-west-1'");
    expect(script).toContain("GROUP_REGION='us-east-2'");
  });

  test("everything, at home and elsewhere, says which regions there are; in one region nothing does", async () => {
    const two = await recordFleet({ regions: [HOME, "us-east-2"] });
    for (const name of ["shop-foundation-vpc", "shop-fleet-us-east-2-vpc"]) {
      expect(named(two.recording, name).inputs.tags).toMatchObject({
        "perfbed:regions": "eu-west-1 us-east-2",
        "perfbed:environment": "pb-test",
      });
    }
    const one = await recordFleet({ regions: [HOME] });
    expect(JSON.stringify(one.recording.registrations)).not.toContain("perfbed:regions");
  });

  test("the function that ends the environment may remove what lies untagged in the further network, and stands before it", async () => {
    const { recording } = await recordFleet({ regions: ["us-east-2"] });
    const name = "shop-foundation-expiry-function-network-policy-us-east-2";
    const policy = named(recording, name);
    expect(String(policy.inputs.policy)).toContain(":ec2:us-east-2:123456789012:vpc/vpc-1");
    // A sweep removes policies in the order of their names: what lets the function do so goes last.
    expect(name < "shop-foundation-expiry-function-policy").toBe(true);
    expect(named(recording, "shop-fleet-us-east-2-vpc").dependsOn).toEqual(
      expect.arrayContaining(["shop-foundation-expiry-schedule-first"]),
    );
    const without = await recordFleet({ regions: ["us-east-2"] }, { guard: { expiryTeardown: false } });
    expect(without.recording.registrations.filter((one) => one.name.includes("network-policy"))).toEqual([]);
  });

  test("a region's provider may be the program's own", async () => {
    const { recording } = await recordFleet(
      { regions: ["us-east-2"] },
      { provider: () => new Provider("my-ohio", { region: "us-east-2", profile: "load" }) },
    );
    expect(named(recording, "shop-fleet-us-east-2-group").provider).toBe("my-ohio");
    expect(recording.registrations.map(({ name }) => name)).not.toContain("shop-fleet-us-east-2-provider");
  });
});

describe("regions that cannot be", () => {
  const application = { ...APPLICATION, workingDirectory: "." };
  const fields = (fleet: AwsSettingsInput["fleet"], generators = 2) =>
    validateAwsSettings(
      awsSettings({ region: HOME, ...(fleet ? { fleet } : {}) }),
      { ...awsSizings.small, fleet: { generators } },
      application,
    )
      .map(({ field }) => field)
      .filter((field) => /fleet/.test(field));

  test.each<[string, AwsSettingsInput["fleet"], number, readonly string[]]>([
    ["what is no region", { regions: ["Ohio", HOME] }, 2, ["aws.fleet.regions[0]"]],
    ["more regions than generators", { regions: [HOME, "us-east-2"] }, 1, ["sizing.fleet.generators"]],
    [
      "another region with Fargate",
      { regions: ["us-east-2"], flavour: FleetFlavour.Fargate, containerImage: "k6:1" },
      2,
      ["aws.fleet.regions"],
    ],
  ])("%s", (_, fleet, generators, expected) => {
    expect(fields(fleet, generators)).toEqual(expected);
  });

  test("the environment's own region is one that Fargate may have", () => {
    const fleet = { regions: [HOME], flavour: FleetFlavour.Fargate, containerImage: "k6:1" };
    expect(fields(fleet)).toEqual([]);
  });

  test("the tier alone refuses them before anything is registered", async () => {
    const { registrations } = await recordResources(() => {
      const make = (): unknown =>
        new AwsFleet(
          "shop-fleet",
          { environment, sizing: { generators: 1 } },
          contextWith({ fleet: { regions: [HOME, "us-east-2"] } }),
          {},
        );
      expect(make).toThrow(ConfigError);
    });
    expect(registrations).toEqual([]);
  });
});

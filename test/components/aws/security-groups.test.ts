import * as pulumi from "@pulumi/pulumi";
import {
  createSecurityGroups,
  Direction,
  Outside,
  ruleName,
  SecurityGroupName,
  securityRules,
} from "../../../components/aws/security-groups";
import { type AwsSettingsInput, awsSettings, CacheFlavour } from "../../../components/aws/settings";
import { inputsOf, listed, type Recording, recordResources } from "./mocks";

type Changes = Omit<AwsSettingsInput, "region">;
const settings = (changes: Changes = {}): ReturnType<typeof awsSettings> =>
  awsSettings({ region: "eu-west-1", ...changes });

/** `<name> <first port>-<last port>` of each rule. */
const rules = (changes: Changes = {}): string[] =>
  securityRules(settings(changes)).map((rule) => `${ruleName(rule)} ${rule.fromPort}-${rule.toPort}`);

class Parent extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Parent", "parent", {});
  }
}

const record = (changes: Changes = {}): Promise<Recording> =>
  recordResources(() => {
    const parent = new Parent();
    const environment = { id: "pb-test", owner: "ada", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} };
    const args = { environment, settings: settings(changes), vpcId: "vpc-1", parent };
    createSecurityGroups("shop", args, { parent });
  });

const tagged = (title: string): Record<string, string> => ({
  "perfbed:environment": "pb-test",
  "perfbed:owner": "ada",
  "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
  Name: `pb-test-${title}`,
});

const RULES = [
  "load-balancer-from-cloudfront 80-80",
  "load-balancer-to-app 8080-8080",
  "app-from-load-balancer 8080-8080",
  "app-to-database 5432-5432",
  "database-from-app 5432-5432",
  "app-to-cache 6379-6379",
  "cache-from-app 6379-6379",
  "app-to-internet-443 443-443",
  "database-to-itself 5432-5432",
  "database-from-itself 5432-5432",
  "fleet-to-internet-443 443-443",
  "fleet-to-internet-80 80-80",
];

describe("who may talk to whom", () => {
  test("by default it is these, and no others", () => {
    expect(rules()).toEqual(RULES);
  });

  test("the load balancer is entered by the edge alone", () => {
    expect(rules().filter((rule) => rule.startsWith("load-balancer-from"))).toEqual([
      "load-balancer-from-cloudfront 80-80",
    ]);
  });

  test("the app is reached at its own port", () => {
    const found = rules({ app: { port: 3000 } });
    expect(found).toContain("load-balancer-to-app 3000-3000");
    expect(found).toContain("app-from-load-balancer 3000-3000");
  });

  test("a serverless cache is reached at the port of its readers as well", () => {
    const found = rules({ cache: { flavour: CacheFlavour.Serverless } });
    expect(found.filter((rule) => rule.includes("cache"))).toEqual([
      "app-to-cache 6379-6380",
      "cache-from-app 6379-6380",
    ]);
  });

  test("interface endpoints are reached by app and fleet, and only where there are any", () => {
    expect(rules({ network: { interfaceEndpoints: ["ssm"] } })).toEqual([
      ...RULES,
      "endpoints-from-app 443-443",
      "endpoints-from-fleet 443-443",
    ]);
  });

  test("nothing but CloudFront comes in from outside, database and cache never leave, and names are unique", () => {
    const all = securityRules(settings({ network: { interfaceEndpoints: ["ssm"] } }));
    const outside = all.filter(({ peer }) => peer === Outside.Internet || peer === Outside.CloudFront);
    const entering = outside.filter(({ direction }) => direction === Direction.In);
    expect(entering.map(({ peer }) => peer)).toEqual([Outside.CloudFront]);
    for (const group of [SecurityGroupName.Database, SecurityGroupName.Cache]) {
      const leaving = all.filter((rule) => rule.group === group && rule.direction === Direction.Out);
      expect(leaving.filter(({ peer }) => peer !== group)).toEqual([]);
    }
    expect(new Set(all.map(ruleName)).size).toBe(all.length);
  });

  test("what one group may send to another, the other takes", () => {
    const all = securityRules(settings());
    const groups = new Set<string>(Object.values(SecurityGroupName));
    const sent = all.filter(({ direction, peer }) => direction === Direction.Out && groups.has(peer));
    expect(sent).toHaveLength(4);
    for (const { group, peer, fromPort, toPort } of sent) {
      expect(all).toContainEqual({ group: peer, direction: Direction.In, peer: group, fromPort, toPort });
    }
  });
});

describe("security groups, as registered with the engine", () => {
  test("one a tier, each rule a resource of its own", async () => {
    const recording = await record();
    const title = (rule: string): string => rule.split(" ")[0] ?? "";
    expect(listed(recording)).toEqual(
      [
        "test:index:Parent parent",
        ...["load-balancer", "app", "database", "cache", "fleet"].map(
          (group) => `aws:ec2:SecurityGroup shop-${group}-group`,
        ),
        ...RULES.map(title).map(
          (name) => `aws:vpc:SecurityGroup${name.includes("-from-") ? "Ingress" : "Egress"}Rule shop-${name}`,
        ),
      ].sort(),
    );
  });

  test("a group has no rules within it", async () => {
    expect(inputsOf(await record(), "shop-database-group")).toEqual({
      vpcId: "vpc-1",
      description: "Database and its proxy of perfbed environment pb-test",
      tags: tagged("database"),
    });
  });

  test("the entrance is open to the prefix list that AWS keeps of CloudFront", async () => {
    const recording = await record();
    expect(recording.calls).toEqual([
      {
        token: "aws:ec2/getManagedPrefixList:getManagedPrefixList",
        inputs: { name: "com.amazonaws.global.cloudfront.origin-facing" },
      },
    ]);
    expect(inputsOf(recording, "shop-load-balancer-from-cloudfront")).toEqual({
      securityGroupId: "sg-shop-load-balancer-group",
      prefixListId: "pl-cloudfront",
      ipProtocol: "tcp",
      fromPort: 80,
      toPort: 80,
      description: "load balancer from cloudfront",
      tags: tagged("load-balancer-from-cloudfront"),
    });
  });

  test("groups refer to each other by id, the internet is an address", async () => {
    const recording = await record();
    expect(inputsOf(recording, "shop-database-from-app")).toEqual({
      securityGroupId: "sg-shop-database-group",
      referencedSecurityGroupId: "sg-shop-app-group",
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
      description: "database from app",
      tags: tagged("database-from-app"),
    });
    expect(inputsOf(recording, "shop-database-to-itself")).toMatchObject({
      securityGroupId: "sg-shop-database-group",
      referencedSecurityGroupId: "sg-shop-database-group",
    });
    expect(inputsOf(recording, "shop-fleet-to-internet-443")).toMatchObject({
      securityGroupId: "sg-shop-fleet-group",
      cidrIpv4: "0.0.0.0/0",
      fromPort: 443,
      toPort: 443,
    });
  });

  test("no rule lets the world in", async () => {
    const { registrations } = await record({ network: { interfaceEndpoints: ["ssm"] } });
    const ingress = registrations.filter(({ type }) => type.includes("IngressRule"));
    expect(ingress).toHaveLength(7);
    for (const { inputs } of ingress) {
      expect(inputs).not.toHaveProperty("cidrIpv4");
      expect(inputs).not.toHaveProperty("cidrIpv6");
    }
  });
});

import { InputSchema } from "../../support/aws-provider/input-schema";
import { UNKNOWN } from "../../support/aws-provider/wire";

const aws = new InputSchema("@pulumi/aws");

test("inputs that the declarations know pass, at any depth, known or not", () => {
  expect(
    aws.check("aws:ec2/launchTemplate:LaunchTemplate", {
      imageId: UNKNOWN,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "20", encrypted: "true" } }],
      tags: { a: "b" },
      __defaults: ["name"],
    }),
  ).toEqual([]);
});

test.each([
  [
    "a misspelt one",
    { vpcId: "vpc-1", cidrBlok: "10.0.0.0/24" },
    "cidrBlok",
    'there is no property "cidrBlok"',
  ],
  ["a missing one", { cidrBlock: "10.0.0.0/24" }, "vpcId", 'the property "vpcId" is required'],
  ["one of a wrong kind", { vpcId: ["vpc-1"] }, "vpcId", "expected string, got a list"],
  ["a wrong value in a map", { vpcId: "vpc-1", tags: { a: {} } }, "tags.a", "expected string, got an object"],
])("of a subnet, %s is found by its path", (_what, inputs, path, reason) => {
  expect(aws.check("aws:ec2/subnet:Subnet", inputs)).toEqual([{ path, reason }]);
});

test("nested properties are found by their whole path", () => {
  const ebs = { volumSize: 20 };
  const inputs = { blockDeviceMappings: [{ deviceName: "/dev/xvda" }, { ebs }] };
  expect(aws.check("aws:ec2/launchTemplate:LaunchTemplate", inputs)).toEqual([
    { path: "blockDeviceMappings[1].ebs.volumSize", reason: 'there is no property "volumSize"' },
  ]);
});

test("functions, components and other packages are read in the same way", () => {
  expect(aws.check("aws:ec2/getAmi:getAmi", { owner: "amazon" })).toHaveLength(1);
  expect(
    new InputSchema("@pulumi/awsx").check("awsx:ec2:Vpc", { natGateways: { strategy: "Single" } }),
  ).toEqual([]);
  const password = "random:index/randomPassword:RandomPassword";
  expect(new InputSchema("@pulumi/random").check(password, {})).toEqual([
    { path: "length", reason: 'the property "length" is required' },
  ]);
});

test("a type that the package does not have is said to be so", () => {
  expect(aws.check("aws:ec2/vpcs:Vpcs", {})).toEqual([
    { path: "", reason: "there is no type aws:ec2/vpcs:Vpcs in this version of the package" },
  ]);
});

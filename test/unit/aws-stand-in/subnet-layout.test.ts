import { layOutSubnets } from "../../support/aws-provider/subnet-layout";

const blocks = (...args: Parameters<typeof layOutSubnets>): string[] =>
  layOutSubnets(...args).map(({ zone, spec, cidrBlock }) => `${zone} ${spec.type} ${cidrBlock}`);

test("without masks every zone is divided evenly", () => {
  expect(blocks("10.0.0.0/16", ["a", "b"], [{ type: "Public" }, { type: "Private" }])).toEqual([
    "a Public 10.0.0.0/18",
    "a Private 10.0.64.0/18",
    "b Public 10.0.128.0/18",
    "b Private 10.0.192.0/18",
  ]);
});

test("with masks subnets lie one after the other, each aligned to its size", () => {
  const specs = [
    { type: "Public", cidrMask: 24 },
    { type: "Private", cidrMask: 20 },
    { type: "Isolated", cidrMask: 24 },
  ] as const;
  expect(blocks("10.20.0.0/16", ["a"], specs)).toEqual([
    "a Public 10.20.0.0/24",
    "a Private 10.20.16.0/20",
    "a Isolated 10.20.32.0/24",
  ]);
});

test("a zone that is too small is refused", () => {
  const specs = [{ type: "Public", cidrMask: 24 }] as const;
  expect(() => layOutSubnets("10.0.0.0/24", ["a", "b"], specs)).toThrow(
    "the subnets of a do not fit into 10.0.0.0/24",
  );
});

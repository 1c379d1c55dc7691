import { type AwsInventory, LeftoverReason, sweepAws, takeAwsInventory } from "../../../inventory/aws";
import { emulatedAccount } from "./emulated-account";
import { accessTo, plantEnvironment, plantFurtherNetwork, REGION } from "./planted";

/** Against moto, an emulator that knows regions: an environment whose generators are, in part, in another one. */
jest.setTimeout(240_000);

const FAST = { firstPauseMs: 20, longestPauseMs: 100, patienceMs: 2_000, deadlineMs: 90_000 };
const FURTHER = "us-east-2";
const regions = [REGION, FURTHER];

const account = emulatedAccount();

const ids = ({ resources }: AwsInventory): string[] =>
  resources.map(({ kind, id, region }) => `${kind} ${region} ${id}`).sort();

test("from whichever of its regions it is looked at, all of it is found once, and a sweep proves all of it gone", async () => {
  const access = accessTo(account.front.url);
  await plantEnvironment("wide", access, { regions });
  const { vpcId, interfaceId } = await plantFurtherNetwork("wide", access, FURTHER, { regions });
  await plantFurtherNetwork("other", access, FURTHER);
  const other = await takeAwsInventory("other", { ...access, region: FURTHER });

  const fromHome = ids(await takeAwsInventory("wide", access));
  expect(fromHome).toEqual(ids(await takeAwsInventory("wide", { ...access, region: FURTHER })));
  expect(new Set(fromHome).size).toBe(fromHome.length);
  expect(fromHome).toEqual(
    expect.arrayContaining([
      `ec2:vpc ${FURTHER} ${vpcId}`,
      // It has no tag: its network tells whose it is.
      `ec2:network-interface ${FURTHER} ${interfaceId}`,
    ]),
  );

  const result = await sweepAws("wide", { ...access, region: FURTHER }, FAST);
  expect(result.left).toEqual([]);
  expect(result).toMatchObject({ proved: true, regions });
  expect(ids(await takeAwsInventory("wide", { ...access, furtherRegions: [FURTHER] }))).toEqual([]);
  expect(ids(await takeAwsInventory("other", { ...access, region: FURTHER }))).toEqual(ids(other));
});

test("the environment's guard stays for as long as something is left in another region", async () => {
  const access = accessTo(account.front.url);
  await plantEnvironment("wide", access, { regions });
  await plantFurtherNetwork("wide", access, FURTHER, { regions });
  account.front.refuse(`ec2:DeleteSubnet ${FURTHER}`, "DependencyViolation");
  const result = await sweepAws("wide", access, { ...FAST, patienceMs: 200 });
  account.front.refuse(`ec2:DeleteSubnet ${FURTHER}`, undefined);
  expect(result.proved).toBe(false);
  const left = new Set(result.left.map(({ resource }) => `${resource.kind} ${resource.region}`));
  expect(left).toContain(`ec2:subnet ${FURTHER}`);
  expect(left).not.toContain(`ec2:subnet ${REGION}`);
  expect(result.left.filter(({ reason }) => reason === LeftoverReason.Guard).length).toBeGreaterThan(0);
});

test("a region that does not answer proves nothing, and is named", async () => {
  const access = accessTo(account.front.url);
  await plantEnvironment("wide", access, { regions });
  account.front.refuse(`ec2:DescribeVpcs ${FURTHER}`, "AuthFailure");
  const { failures } = await takeAwsInventory("wide", access);
  account.front.refuse(`ec2:DescribeVpcs ${FURTHER}`, undefined);
  expect(failures).toEqual([
    { kind: "region", region: FURTHER, reason: expect.stringContaining("AuthFailure") },
  ]);
});

test("where nothing is left at home that would say so, it is found in the region that its maker remembers", async () => {
  const access = accessTo(account.front.url);
  const { vpcId } = await plantFurtherNetwork("wide", access, FURTHER);
  expect(ids(await takeAwsInventory("wide", access))).toEqual([]);
  const result = await sweepAws("wide", { ...access, furtherRegions: [FURTHER] }, FAST);
  expect(result).toMatchObject({ proved: true, regions });
  expect(result.removed).toContainEqual(
    expect.objectContaining({ kind: "ec2:vpc", region: FURTHER, id: vpcId }),
  );
});

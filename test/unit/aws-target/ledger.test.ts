import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planSweep } from "../../../campaign/sweep";
import {
  awsFolder,
  listLedgers,
  ownerIsAlive,
  readLedger,
  removeLedger,
  writeLedger,
} from "../../../campaign/targets/aws/ledger";
import { awsSizings } from "../../../components/aws/sizings";
import { Target } from "../../../components/contracts";
import { storefront } from "../../../sample/storefront/application";
import { tempFolder } from "../storage/temp-folder";

const root = tempFolder();
const before = process.env.PERFBED_HOME;

beforeEach(() => {
  process.env.PERFBED_HOME = mkdtempSync(join(root, "home-"));
});
afterAll(() => {
  if (before === undefined) delete process.env.PERFBED_HOME;
  else process.env.PERFBED_HOME = before;
});

function plan(environmentId: string, minutes = 60) {
  const { small } = awsSizings;
  if (small === undefined) throw new Error("no sizing small");
  const expiresAt = new Date(Date.now() + minutes * 60_000).toISOString();
  return {
    target: Target.Aws,
    environmentId,
    owner: "me",
    expiresAt,
    application: storefront(),
    sizing: small,
  };
}

/** A process that is gone. */
const deadPid = (): number => spawnSync("true").pid;

test("what a campaign makes on AWS is known with its region before it is made, and swept once its runner is gone", async () => {
  writeLedger(plan("shop-a"), { region: "eu-west-1", furtherRegions: [] }, true);
  const ledger = readLedger("shop-a");
  if (ledger === undefined) throw new Error("no ledger");
  expect(ledger).toMatchObject({ region: "eu-west-1", owner: "me" });
  expect(ownerIsAlive(ledger)).toBe(true);
  expect(await planSweep({ names: [], all: false })).toEqual([]);

  const file = join(awsFolder("shop-a"), "aws.json");
  const gone = { ...JSON.parse(readFileSync(file, "utf8")), ownerProcess: { pid: deadPid(), startTicks: 1 } };
  writeFileSync(file, JSON.stringify(gone));
  expect(await planSweep({ names: [], all: false })).toEqual([
    { environmentId: "shop-a", reason: "its runner is gone" },
  ]);
});

test("what stands on purpose is swept when it is expired, named, or everything is", async () => {
  writeLedger(plan("stands"), { region: "eu-west-1", furtherRegions: [] }, false);
  writeLedger(plan("expired", -1), { region: "us-east-1", furtherRegions: [] }, false);
  expect(listLedgers().map(({ environmentId }) => environmentId)).toEqual(["expired", "stands"]);
  expect((await planSweep({ names: [], all: false })).map(({ environmentId }) => environmentId)).toEqual([
    "expired",
  ]);
  expect(await planSweep({ names: ["stands"], all: false })).toEqual([
    { environmentId: "stands", reason: "named" },
  ]);
  expect(await planSweep({ names: [], all: true })).toHaveLength(2);
  removeLedger("stands");
  expect(readLedger("stands")).toBeUndefined();
});

test("a name is taken once, and half a ledger is none", () => {
  writeLedger(plan("twice"), { region: "eu-west-1", furtherRegions: [] }, false);
  expect(() => writeLedger(plan("twice"), { region: "eu-west-1", furtherRegions: [] }, false)).toThrow(
    /EEXIST/,
  );
  writeFileSync(join(awsFolder("twice"), "aws.json"), "{");
  expect(readLedger("twice")).toBeUndefined();
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";

/** `PERFBED_TEST_EVERY_CREATE=1` fails each create in turn, which takes a while; `40-60` fails those. Without it: a sample. */
const WANTED = process.env.PERFBED_TEST_EVERY_CREATE ?? "";
const REFUSED = "RequestLimitExceeded: the injected failure";

jest.setTimeout(WANTED === "" ? 600_000 : 7_200_000);

let moto: MotoServer;
let aws: EmulatedAws;
let before: Existing;
let stack: AwsStack;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "pb-failures-"));
  process.env.PERFBED_HOME = home;
  mkdirSync(join(home, "app"));
  writeFileSync(join(home, "app", "server.js"), "");
  const application = { name: "shop", version: "1", directory: "app", command: ["node", "server.js"] };
  writeFileSync(join(home, "app.yaml"), JSON.stringify(application));
  moto = await startMoto();
  aws = emulatedAws(moto.url);
  before = await aws.existing();
  stack = await openAwsStack({ motoUrl: moto.url });
  await stack.configure({ target: "aws", application: join(home, "app.yaml") });
});
afterAll(async () => {
  stack?.dispose();
  aws?.close();
  await moto?.stop();
  rmSync(home, { recursive: true, force: true });
});

const program = { module: join(__dirname, "stack-program.ts"), args: { stack: "campaign" } };

/** True when the environment came up, because it has fewer resources than that. */
async function failAt(nth: number): Promise<boolean> {
  // The emulator never frees the name of a cache: each attempt has an environment of its own.
  await stack.configure({ environmentId: `pb-attempt-${nth}` });
  const attempted = stack.standIn.creates();
  stack.standIn.failCreate(nth, REFUSED);
  let failure: unknown;
  try {
    await stack.up(program);
  } catch (error) {
    failure = error;
  }
  const made = stack.standIn.creates() - attempted;
  if (failure === undefined) {
    expect(made).toBeLessThan(nth);
  } else {
    expect(made).toBeGreaterThanOrEqual(nth);
    expect(String(failure)).toContain(REFUSED);
  }
  // More than half of an environment is there by then: the destroy has something to do.
  if (nth > 60) expect(await aws.existing()).not.toEqual(before);
  await stack.destroy();
  expect({ nth, existing: await aws.existing() }).toEqual({ nth, existing: before });
  expect(stack.standIn.kept()).toEqual([]);
  return failure === undefined;
}

/** First and last create to fail, and how far one is from the next. */
function range(): { readonly from: number; readonly to: number; readonly step: number } {
  const [from, to] = WANTED.split("-").map(Number);
  if (WANTED === "") return { from: 3, to: Number.POSITIVE_INFINITY, step: 37 };
  if (from === undefined || to === undefined) return { from: 1, to: Number.POSITIVE_INFINITY, step: 1 };
  return { from, to, step: 1 };
}

test(`when the nth resource cannot be made, destroy leaves nothing (${WANTED === "" ? "every 37th" : "every single one"})`, async () => {
  const { from, to, step } = range();
  let failures = 0;
  for (let nth = from; nth <= to; nth += step) {
    if (await failAt(nth)) break;
    failures++;
    if (WANTED !== "") process.stderr.write(`create ${nth} failed, and nothing is left\n`);
  }
  expect(failures).toBeGreaterThanOrEqual(Math.min(3, to - from + 1));
});

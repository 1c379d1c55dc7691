import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweepAws } from "../../../inventory/aws";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { accessTo } from "../aws-inventory/planted";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { PermissionsProgram } from "./permissions-program";

/** `PERFBED_TEST_EVERY_CREATE=1` fails each create in turn, which takes half an hour; `40-60` fails those. Without it: a sample. */
const WANTED = process.env.PERFBED_TEST_EVERY_CREATE ?? "";
const EXTENT = WANTED === "" ? "every 53rd" : "every single one";
const REFUSED = "RequestLimitExceeded: the injected failure";

jest.setTimeout(WANTED === "" ? 600_000 : 7_200_000);

let moto: MotoServer;
let front: MotoFront;
let aws: EmulatedAws;
let before: Existing;
let stack: AwsStack;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pb-failures-"));
  writeFileSync(join(folder, "index.js"), "exports.handler = async () => {};\n");
  moto = await startMoto();
  front = await startMotoFront({ motoUrl: moto.url });
  aws = emulatedAws(moto.url);
  before = await aws.existing();
  stack = await openAwsStack({ motoUrl: moto.url });
});
afterAll(async () => {
  stack?.dispose();
  aws?.close();
  await front?.stop();
  await moto?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Variant = PermissionsProgram["variant"];

/** True when the environment came up, because it has fewer resources than that. */
async function failAt(nth: number, variant: Variant): Promise<boolean> {
  // The emulator never frees the name of a cache: each attempt has an environment of its own.
  const environmentId = `pb-${variant}-${nth}`;
  const attempted = stack.standIn.creates();
  stack.standIn.failCreate(nth, REFUSED);
  let failure: unknown;
  try {
    const args: PermissionsProgram = { variant, phase: "first", folder, environmentId };
    await stack.up({ module: join(__dirname, "permissions-program.ts"), args });
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
  if (variant === "managed") {
    // Pulumi leaves task definitions, inactive; nothing else is the sweep's to remove.
    const times = { firstPauseMs: 20, patienceMs: 2_000 };
    const { removed, ...result } = await sweepAws(environmentId, accessTo(front.url), times);
    expect(result).toMatchObject({ proved: true, left: [] });
    expect(removed.filter(({ kind }) => kind !== "ecs:task-definition")).toEqual([]);
  }
  expect({ nth, existing: await aws.existing() }).toEqual({ nth, existing: before });
  expect(stack.standIn.kept()).toEqual([]);
  return failure === undefined;
}

/** First and last create to fail, and how far one is from the next. */
function range(): { readonly from: number; readonly to: number; readonly step: number } {
  const [from, to] = WANTED.split("-").map(Number);
  if (WANTED === "") return { from: 3, to: Number.POSITIVE_INFINITY, step: 53 };
  if (from === undefined || to === undefined) return { from: 1, to: Number.POSITIVE_INFINITY, step: 1 };
  return { from, to, step: 1 };
}

test.each<Variant>(["servers", "managed"])(
  `when the nth resource of the environment with every part, %s, cannot be made, destroy leaves nothing (${EXTENT})`,
  async (variant) => {
    const { from, to, step } = range();
    let failures = 0;
    for (let nth = from; nth <= to; nth += step) {
      if (await failAt(nth, variant)) break;
      failures++;
      if (WANTED !== "") process.stderr.write(`${variant}: create ${nth} failed, and nothing is left\n`);
    }
    expect(failures).toBeGreaterThanOrEqual(Math.min(2, to - from + 1));
  },
);

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";
import { sweepAws, takeAwsInventory } from "../../../inventory/aws";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { accessTo } from "../aws-inventory/planted";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { PermissionsProgram } from "./permissions-program";

jest.setTimeout(600_000);

/** Calls that making, changing and removing environments needs; scripts/aws-iam-policy.js makes the policy from it. */
const CALLS = join(packageRoot(), "docs/aws-calls.json");

let moto: MotoServer;
let front: MotoFront;
let folder: string;

beforeAll(async () => {
  moto = await startMoto();
  front = await startMotoFront({ motoUrl: moto.url });
  folder = mkdtempSync(join(tmpdir(), "perfbed-permissions-"));
  writeFileSync(join(folder, "index.js"), "exports.handler = async () => {};\n");
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await front?.stop();
  await moto?.stop();
});

async function callsOf(variant: PermissionsProgram["variant"]): Promise<string[]> {
  const stack: AwsStack = await openAwsStack({ motoUrl: moto.url, stackName: variant });
  const program = (phase: PermissionsProgram["phase"]) => ({
    module: join(__dirname, "permissions-program.ts"),
    args: { variant, phase, folder } satisfies PermissionsProgram,
  });
  try {
    await stack.up(program("first"));
    await stack.up(program("changed"));
    const inventory = await takeAwsInventory(`pb-${variant}`, accessTo(front.url));
    expect(inventory.failures).toEqual([]);
    expect(inventory.resources.filter(({ kind }) => kind.startsWith("tagged:"))).toEqual([]);
    expect(inventory.resources.length).toBeGreaterThan(40);
    await stack.destroy();
    // What Pulumi leaves by design (task definitions stay, inactive) goes as well.
    const swept = await sweepAws(`pb-${variant}`, accessTo(front.url), {
      firstPauseMs: 20,
      patienceMs: 2_000,
    });
    expect(swept.left).toEqual([]);
    expect(swept.proved).toBe(true);
    return stack.standIn.callsSeen().map(({ service, action }) => `${service}:${action}`);
  } finally {
    stack.dispose();
  }
}

test("docs/aws-calls.json has exactly the calls that environments of both flavours need", async () => {
  const calls = [...new Set([...(await callsOf("servers")), ...(await callsOf("managed"))])].sort();
  const text = `${JSON.stringify(calls, null, 2)}\n`;
  if (process.env.PERFBED_WRITE_AWS_CALLS === "1") writeFileSync(CALLS, text);
  expect(JSON.parse(readFileSync(CALLS, "utf8"))).toEqual(calls);
});

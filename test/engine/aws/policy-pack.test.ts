import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIST_PRICES } from "../../../components/aws/cost";
import { packageRoot } from "../../../core/home";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { PermissionsProgram } from "./permissions-program";

jest.setTimeout(300_000);

/** The compiled pack, in the real engine, over an environment that the engine registers itself. */
const PACK = join(packageRoot(), "policy");

let moto: MotoServer;
let stack: AwsStack;
let folder: string;

beforeAll(async () => {
  moto = await startMoto();
  folder = mkdtempSync(join(tmpdir(), "perfbed-policy-"));
  writeFileSync(join(folder, "index.js"), "exports.handler = async () => {};\n");
  stack = await openAwsStack({
    motoUrl: moto.url,
    region: "us-east-1",
    variables: { PATH: `${analyzerFolder()}:${process.env.PATH}` },
  });
});
afterAll(async () => {
  stack?.dispose();
  rmSync(folder, { recursive: true, force: true });
  await moto?.stop();
});

/** An official installation of Pulumi brings this program; it runs what is in @pulumi/pulumi. */
function analyzerFolder(): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const program = join(bin, "pulumi-analyzer-policy-nodejs");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  chmodSync(program, 0o755);
  return bin;
}

const program = () => ({
  module: join(__dirname, "permissions-program.ts"),
  args: { variant: "managed", phase: "first", folder } satisfies PermissionsProgram,
});

function policies(config: Readonly<Record<string, unknown>>) {
  const file = join(folder, "policies.json");
  writeFileSync(file, JSON.stringify(config));
  return { policyPacks: [PACK], policyPackConfigs: [file] };
}

test("the engine runs the pack: an environment violates nothing, and does once the ceiling is below its servers", async () => {
  const allowed = await stack.preview(program(), policies({}));
  expect(allowed.changes.create).toBeGreaterThan(80);
  const low = stack.preview(program(), policies({ "instance-ceiling": { maxVcpus: 1 } }));
  await expect(low).rejects.toThrow(/instance-ceiling[\s\S]*has 2 vCPUs; at most 1 are allowed/);
});

test("the engine has the whole stack priced in a preview, in the region of its provider and not in the stack's own", async () => {
  const listed = stack.preview(program(), policies({ "cost-ceiling": { maxHourlyUsd: 1_000 } }));
  await expect(listed).rejects.toThrow(/cost-ceiling[\s\S]*the price of \S+ in eu-west-1 is not known/);

  const priceFile = join(folder, "prices.json");
  const regions = { "eu-west-1": LIST_PRICES.regions["us-east-1"], "us-east-1": {} };
  writeFileSync(priceFile, JSON.stringify({ ...LIST_PRICES, regions }));
  const dear = stack.preview(program(), policies({ "cost-ceiling": { maxHourlyUsd: 0.1, priceFile } }));
  await expect(dear).rejects.toThrow(/it costs USD \d+\.\d\d an hour; at most 0\.1 are allowed/);
});

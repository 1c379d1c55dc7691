import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import { requireBuild } from "../support/local-stack";
import type { StackName } from "./stack-program";

jest.setTimeout(600_000);

/** Generous on a machine that does other things as well; on its own it takes a third of this. */
const PREVIEW_LIMIT_MS = 10_000;

let moto: MotoServer;
let aws: EmulatedAws;
let before: Existing;
let stack: AwsStack | undefined;
let home: string;

beforeAll(async () => {
  requireBuild();
  home = mkdtempSync(join(tmpdir(), "pb-stacks-"));
  process.env.PERFBED_HOME = home;
  moto = await startMoto();
  aws = emulatedAws(moto.url);
  before = await aws.existing();
});
afterAll(async () => {
  aws?.close();
  await moto?.stop();
  rmSync(home, { recursive: true, force: true });
});
afterEach(() => stack?.dispose());

async function open(name: StackName, values: Readonly<Record<string, string>>) {
  const opened = await openAwsStack({ motoUrl: moto.url });
  stack = opened;
  const configure = (more: Readonly<Record<string, string>>) =>
    opened.configure({ target: "aws", ...values, ...more });
  await configure({});
  const program = { module: join(__dirname, "stack-program.ts"), args: { stack: name } };
  return { opened, configure, program };
}

/** Nothing is left: neither in the emulator, which is asked through the API, nor of what the stand-in keeps for it. */
async function expectNothingLeft({ standIn }: AwsStack): Promise<void> {
  expect(await aws.existing()).toEqual(before);
  expect(standIn.kept()).toEqual([]);
}

/** Up, up again, a change, a refresh and the end: what every stack must go through. */
async function lifeOf(
  name: StackName,
  values: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string>>,
) {
  const { opened, configure, program } = await open(name, values);
  const made = await opened.up(program);
  expect(Object.keys(made.changes)).toEqual(["create"]);
  expect((await opened.up(program)).changes).toEqual({ same: made.changes.create });
  const groups = await aws.groups();

  await configure(change);
  const changed = await opened.up(program);
  expect(Object.keys(changed.changes).sort()).toEqual(["same", "update"]);
  expect(await aws.groups()).not.toEqual(groups);
  await opened.refresh({ expectNoChanges: true });

  const secrets = await aws.secretTexts();
  await opened.destroy();
  await expectNothingLeft(opened);
  return { opened, made, secrets, groups };
}

test("campaign: up, nothing to change, a larger sizing, no drift, destroyed; and no password is seen", async () => {
  const { opened, made, secrets, groups } = await lifeOf("campaign", {}, { sizing: "medium" });
  expect(made.outputs).toMatchObject({
    environmentId: { value: expect.stringMatching(/^pb-aws-test-[0-9a-f]{5}$/), secret: false },
    target: { value: "aws" },
    entryUrl: { value: expect.stringMatching(/^https:/) },
    generators: { value: [{ name: "generator-1" }] },
    lifetimeHours: { value: 4 },
    databaseUrl: { secret: true },
    telemetry: { secret: true },
  });
  expect(groups).toContainEqual({ min: 2, max: 4 });

  // The database's password and the cache's token, as the emulator had them.
  expect(secrets).toHaveLength(2);
  const written = [...storedFiles(opened.folder), opened.printed.join(""), JSON.stringify(made.outputs)];
  expect(written.length).toBeGreaterThan(3);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    for (const text of written) expect(text.includes(secret)).toBe(false);
  }
});

/** Everything that the engine has stored: state, backups and history. */
function storedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.includes(".json"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

test("release-candidate: a branch has one environment, and the next commit is a change of it", async () => {
  const values = { branch: "feature/checkout", commit: "0123456789abcdef" };
  const { made } = await lifeOf("release-candidate", values, {
    commit: "fedcba9876543210",
    appMaxInstances: "6",
  });
  expect(made.outputs.environmentId?.value).toMatch(/^rc-feature-checko-[0-9a-f]{5}$/);
  expect(made.outputs.lifetimeHours?.value).toBe(24);
});

test("sizing: environments stand side by side and one of them changes", async () => {
  const sizings = (databaseReplicas: number) =>
    JSON.stringify([
      { name: "plain", databaseReplicas: 0 },
      { name: "larger", appMaxInstances: 3 + databaseReplicas, databaseReplicas },
    ]);
  const { made } = await lifeOf("sizing", { sizings: sizings(1) }, { sizings: sizings(1).replace("4", "8") });
  expect(made.outputs.environments?.value).toMatchObject({
    plain: { environmentId: expect.stringMatching(/^pb-plain-/), target: "aws" },
    larger: { environmentId: expect.stringMatching(/^pb-larger-/), target: "aws" },
  });
});

test("the preview of a small environment is quick, and makes nothing", async () => {
  const { opened, program } = await open("campaign", {});
  // The first one of a process loads program and providers as well, as every `pulumi preview` does.
  const start = performance.now();
  const { changes } = await opened.preview(program);
  const tookMs = performance.now() - start;
  expect(changes.create).toBeGreaterThan(100);
  expect(opened.standIn.creates()).toBe(0);
  expect(tookMs).toBeLessThan(3 * PREVIEW_LIMIT_MS);
  await expectNothingLeft(opened);
});

test("throttled calls are tried again, and what is visible late is waited for", async () => {
  stack = await openAwsStack({ motoUrl: moto.url, throttleEvery: 7, lateVisibility: 2 });
  await stack.configure({ target: "aws" });
  const program = { module: join(__dirname, "stack-program.ts"), args: { stack: "campaign" } };
  expect(Object.keys((await stack.up(program)).changes)).toEqual(["create"]);
  expect(stack.standIn.throttled()).toBeGreaterThan(20);
  await stack.destroy();
  await expectNothingLeft(stack);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsStandInOptions } from "../../support/aws-provider/stand-in";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type EmulatedAws, type Existing, emulatedAws } from "../support/aws-emulator";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import { requireBuild } from "../support/local-stack";
import type { StackName } from "./stack-program";

jest.setTimeout(600_000);

/** Ten seconds is what a preview may take; the rest is for machines that do other things as well. */
const PREVIEW_LIMIT_MS = 90_000;

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

interface Life {
  readonly values: Readonly<Record<string, string>>;
  /** What is configured otherwise later. */
  readonly change: Readonly<Record<string, string>>;
  readonly faults?: Omit<AwsStandInOptions, "motoUrl">;
}

/** Nothing is left: neither in the emulator, which is asked through the API, nor of what the stand-in keeps for it. */
async function expectNothingLeft({ standIn }: AwsStack): Promise<void> {
  expect(await aws.existing()).toEqual(before);
  expect(standIn.kept()).toEqual([]);
}

/** Preview, up, up again, a change, a refresh and the end: what every stack must go through. */
async function lifeOf(name: StackName, { values, change, faults = {} }: Life) {
  const opened = await openAwsStack({ motoUrl: moto.url, ...faults });
  stack = opened;
  const program = { module: join(__dirname, "stack-program.ts"), args: { stack: name } };
  await opened.configure({ target: "aws", ...values });

  const start = performance.now();
  const previewed = await opened.preview(program);
  const previewMs = performance.now() - start;
  expect(opened.standIn.creates()).toBe(0);

  const made = await opened.up(program);
  expect(made.changes).toEqual(previewed.changes);
  expect(Object.keys(made.changes)).toEqual(["create"]);
  expect((await opened.up(program)).changes).toEqual({ same: made.changes.create });
  const groups = await aws.groups();

  await opened.configure(change);
  const changed = await opened.up(program);
  expect(Object.keys(changed.changes).sort()).toEqual(["same", "update"]);
  expect(await aws.groups()).not.toEqual(groups);
  await opened.refresh({ expectNoChanges: true });

  const secrets = await aws.secretTexts();
  await opened.destroy();
  await expectNothingLeft(opened);
  return { opened, made, secrets, groups, previewMs };
}

test("campaign: up, nothing to change, a larger sizing, no drift, destroyed; and no password is seen", async () => {
  const life = await lifeOf("campaign", { values: {}, change: { sizing: "medium" } });
  const { opened, made, secrets, groups } = life;
  expect(life.previewMs).toBeLessThan(PREVIEW_LIMIT_MS);
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

test("release-candidate: a branch has one environment, and the next commit is a change of it; AWS throttles and is late", async () => {
  const { opened, made } = await lifeOf("release-candidate", {
    values: { branch: "feature/checkout", commit: "0123456789abcdef" },
    change: { commit: "fedcba9876543210", appMaxInstances: "6" },
    faults: { throttleEvery: 7, lateVisibility: 2 },
  });
  expect(made.outputs.environmentId?.value).toMatch(/^rc-feature-checko-[0-9a-f]{5}$/);
  expect(made.outputs.lifetimeHours?.value).toBe(24);
  expect(opened.standIn.throttled()).toBeGreaterThan(20);
});

test("sizing: environments stand side by side and one of them changes", async () => {
  const sizings = (appMaxInstances: number) =>
    JSON.stringify([
      { name: "plain", databaseReplicas: 0 },
      { name: "larger", appMaxInstances },
    ]);
  const { made } = await lifeOf("sizing", {
    values: { sizings: sizings(5) },
    change: { sizings: sizings(8) },
  });
  expect(made.outputs.environments?.value).toMatchObject({
    plain: { environmentId: expect.stringMatching(/^pb-plain-/), target: "aws" },
    larger: { environmentId: expect.stringMatching(/^pb-larger-/), target: "aws" },
  });
});

import { createProgram } from "../../../cli/program";
import { createTerminal } from "../../../cli/terminal";
import { ExitCode } from "../../../core/errors";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { accessTo, plantEnvironment, REGION } from "./planted";

jest.setTimeout(240_000);

let moto: MotoServer;
let front: MotoFront;
const before = { ...process.env };

beforeAll(async () => {
  moto = await startMoto();
  front = await startMotoFront({ motoUrl: moto.url });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: front.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: REGION,
  });
});
afterAll(async () => {
  process.env = before;
  await front?.stop();
  await moto?.stop();
});

/** What the command printed on standard output, and its exit code. */
async function perfbed(...args: string[]): Promise<{ out: string; exitCode: ExitCode }> {
  const printed: string[] = [];
  let exitCode = ExitCode.Pass;
  const terminal = { ...createTerminal(), out: (text: string) => void printed.push(text), err: () => {} };
  const program = createProgram({
    terminal,
    json: args.includes("--json"),
    exitWith: (code) => {
      exitCode = code;
    },
  });
  await program.parseAsync(args, { from: "user" });
  return { out: printed.join("\n"), exitCode };
}

test("list shows both environments, sweep takes the expired one and proves it; a named one with something left ends with 6", async () => {
  const access = accessTo(front.url);
  await plantEnvironment("old", access, { expiresAt: "2020-01-01T00:00:00.000Z" });
  await plantEnvironment("fresh", access);
  const listed = await perfbed("list", "--target", "aws", "--json");
  expect(JSON.parse(listed.out)).toMatchObject({
    region: REGION,
    environments: [
      { environmentId: "fresh", owner: "ci", expired: false },
      { environmentId: "old", owner: "ci", expired: true, expiresAt: "2020-01-01T00:00:00.000Z" },
    ],
  });

  const dry = await perfbed("sweep", "--target", "aws", "--dry-run");
  expect(dry.out).toMatch(/would remove old \(expired at 2020-01-01T00:00:00.000Z\): \d+ resources/);
  expect(dry.out).toContain("s3:bucket old-");
  expect(dry.out).not.toContain("fresh");

  const swept = await perfbed("sweep", "--target", "aws", "--expired", "--json");
  expect(swept.exitCode).toBe(ExitCode.Pass);
  expect(JSON.parse(swept.out)).toMatchObject({
    proved: true,
    results: [{ environmentId: "old", proved: true, left: [] }],
  });

  front.refuse("secretsmanager:DeleteSecret", "AccessDeniedException");
  const named = await perfbed("sweep", "--target", "aws", "--environment", "fresh");
  expect(named.exitCode).toBe(ExitCode.TeardownNotProved);
  expect(named.out).toMatch(/^fresh: \d+ removed, \d+ left$/m);
  expect(named.out).toMatch(/secretsmanager:secret .*: access-denied: AccessDeniedException/);
  expect(named.out).toContain("docs/aws-iam-policy.json");
});

test("a wrong region, a wrong name, --all and options of another target are usage errors", async () => {
  const refused = async (...args: string[]) => expect(perfbed("sweep", ...args)).rejects;
  await (await refused("--target", "aws", "--region", "Dublin")).toMatchObject({
    exitCode: ExitCode.Usage,
    problems: [{ field: "--region", value: "Dublin" }],
  });
  await (await refused("--target", "aws", "Shop!")).toMatchObject({
    exitCode: ExitCode.Usage,
    problems: [{ field: "environment", value: "Shop!" }],
  });
  await (await refused("--target", "aws", "--all")).toMatchObject({
    exitCode: ExitCode.Usage,
    problems: [{ field: "--all" }],
  });
  await (await refused("--snapshots")).toMatchObject({
    exitCode: ExitCode.Usage,
    problems: [{ field: "--snapshots", allowed: "only with --target aws" }],
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { portableStorefront } from "../../../sample/storefront/portable";
import { requireBuild } from "../support/local-stack";

jest.setTimeout(60_000);

let home: string;

beforeAll(() => {
  requireBuild();
  // Far from any node_modules: what is not in the folder is not found.
  home = mkdtempSync(join(tmpdir(), "pb-portable-"));
  process.env.PERFBED_HOME = home;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs a command with these variables and no others. */
async function run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const [, ...args] = command;
  const child = spawn(process.execPath, args, {
    cwd: home,
    env: { ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  child.stderr.on("data", (data: Buffer) => {
    printed += data;
  });
  await once(child, "close");
  return printed;
}

test("the sample's folder holds all that it needs, and runs without this package", async () => {
  const { command, setup, workingDirectory, version } = portableStorefront("7");
  expect(version).toBe("7");
  expect(command[0]).toBe("node");
  expect(await run(command, {})).toMatch(/storefront could not start: storefront: 3 problems/);
  const nowhere = "postgres://app:secret@127.0.0.1:1/app";
  const variables = { DATABASE_ADMIN_URL: nowhere, DATABASE_URL: nowhere, REDIS_URL: "redis://127.0.0.1:1" };
  expect(await run(setup?.command ?? [], variables)).toMatch(/ECONNREFUSED 127\.0\.0\.1:1/);
  // The sample's own packages, and none of those that only perfbed uses.
  const packages = join(workingDirectory, "node_modules");
  for (const name of ["fastify", "pg", "ioredis", "prom-client"])
    expect(existsSync(join(packages, name))).toBe(true);
  for (const name of ["@pulumi", "@aws-sdk", "typescript"])
    expect(existsSync(join(packages, name))).toBe(false);
});

test("it is made once, and used again as long as nothing in it changes", () => {
  const first = portableStorefront();
  const again = portableStorefront("other", "member-prices");
  expect(again.workingDirectory).toBe(first.workingDirectory);
  expect(again.environment).toEqual({ APP_VARIANT: "member-prices" });
  expect(readdirSync(dirname(first.workingDirectory))).toHaveLength(1);
});

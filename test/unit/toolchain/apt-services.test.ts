import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutServices } from "../../../toolchain/installers/apt";

let folder: string;
let policy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-policy-"));
  policy = join(folder, "policy-rc.d");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a shell command the way the package manager is run. */
const run = (command: string) =>
  spawnSync("sh", ["-c", withoutServices(policy), "perfbed", "sh", "-c", command]);
const existing = (exitCode: number): void => {
  writeFileSync(policy, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(policy, 0o755);
};

test("while packages are installed, starting a service is forbidden", () => {
  existing(0);
  const result = run(`${policy} redis-server start; echo "answer $?"`);
  expect(result.stdout.toString()).toBe("answer 101\n");
});

test("the machine's own policy is put back, also after a failed install", () => {
  existing(104);
  const before = readFileSync(policy, "utf8");
  expect(run("exit 100").status).toBe(100);
  expect(readFileSync(policy, "utf8")).toBe(before);
  expect(readdirSync(folder)).toEqual(["policy-rc.d"]);
});

test("a machine without a policy has none afterwards", () => {
  expect(run("true").status).toBe(0);
  expect(existsSync(policy)).toBe(false);
});

test("a killed install leaves a policy that answers as the machine's own, and the next install puts that back", () => {
  existing(104);
  const before = readFileSync(policy, "utf8");
  // Kills the shell that would have put it back.
  run("kill -9 $PPID");
  expect(spawnSync(policy, ["redis-server", "start"]).status).toBe(104);
  run("true");
  expect(readFileSync(policy, "utf8")).toBe(before);
  expect(readdirSync(folder)).toEqual(["policy-rc.d"]);
});

test("the script is valid for a POSIX shell", () => {
  expect(() => execFileSync("sh", ["-n", "-c", withoutServices(policy)])).not.toThrow();
});

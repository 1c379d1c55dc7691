import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { diagnoseWith } from "../../../toolchain/diagnose";
import { ensure } from "../../../toolchain/ensure-tools";
import { Tool } from "../../../toolchain/tool";
import { type FakeMachine, fakeInstaller, fakeMachine } from "../../support/fake-tools";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
});
afterEach(() => machine.remove());

async function toolReport(tool: Tool, env: Record<string, string> = {}) {
  const report = await diagnoseWith(machine.settings(env));
  const entry = report.tools.find((candidate) => candidate.tool === tool);
  if (entry === undefined) throw new Error(`no entry for ${tool}`);
  return { report, entry };
}

test("every tool is listed once, and an empty machine is not ok", async () => {
  const report = await diagnoseWith(machine.settings());
  expect(report.tools.map((entry) => entry.tool).sort()).toEqual(Object.values(Tool).sort());
  expect(report.tools.every((entry) => entry.status === "missing" && entry.mend !== undefined)).toBe(true);
  expect(report.ok).toBe(false);
});

test("a found tool shows version, place and accepted range", async () => {
  const program = machine.program("path-bin/k6", "k6 v1.2.0");
  const { entry } = await toolReport(Tool.K6);
  expect(entry).toMatchObject({
    status: "found",
    version: "1.2.0",
    source: "path",
    accepted: ">= 1.0",
    executables: { k6: program },
  });
});

test("a setting that does not hold is misconfigured, not missing", async () => {
  const { entry } = await toolReport(Tool.K6, { PERFBED_K6_PATH: "/nowhere" });
  expect(entry).toMatchObject({ status: "misconfigured", mend: "unset PERFBED_K6_PATH" });
});

test("an installed program with other bytes of the same length is damaged", async () => {
  await ensure([Tool.K6], { settings: machine.settings(), installers: () => [fakeInstaller("fake", [])] });
  const program = join(machine.toolsDir, "k6", "1.8.1", "bin", "k6");
  expect((await toolReport(Tool.K6)).entry.status).toBe("found");
  writeFileSync(program, "#!/bin/sh\nprintf '%s\\n' 'k6 v9.9.9 (fake)'\n");
  const { entry } = await toolReport(Tool.K6);
  expect(entry.status).toBe("damaged");
  expect(entry.mend).toBe(`rm -r ${join(machine.toolsDir, "k6", "1.8.1")}`);
});

test("a machine with all tools of the local target is ok without Chromium and the language host", async () => {
  machine.program("path-bin/pulumi", "v3.200.0");
  machine.program("path-bin/k6", "k6 v1.2.0");
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    machine.program(`path-bin/${name}`, `${name} (PostgreSQL) 16.4`);
  }
  machine.program("path-bin/pgbouncer", "PgBouncer 1.18.0");
  machine.program("path-bin/redis-server", "Redis server v=7.0.15 sha=0");
  machine.program("path-bin/haproxy", "HAProxy version 2.6.12");
  for (const name of ["varnishd", "varnishstat", "varnishadm"]) {
    machine.program(`path-bin/${name}`, `${name} (varnish-7.1.1 revision 7c)`);
  }
  machine.program("path-bin/gcc", "");
  const { report } = await toolReport(Tool.Chromium);
  expect(report.tools.filter((entry) => entry.required && entry.status !== "found")).toEqual([]);
  const problems = report.machine.filter((check) => check.status === "problem");
  expect(report.ok).toBe(problems.length === 0);
});

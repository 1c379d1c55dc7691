import { appendFileSync, chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensure } from "../../../toolchain/ensure-tools";
import { findTool } from "../../../toolchain/find-tool";
import { Tool } from "../../../toolchain/tool";
import { type FakeMachine, fakeInstaller, fakeMachine } from "../../support/fake-tools";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
});
afterEach(() => machine.remove());

const POSTGRES = "postgres (PostgreSQL) 16.4";

function postgresIn(folder: string, version = POSTGRES): string {
  for (const name of ["postgres", "initdb", "pg_ctl"]) machine.program(join(folder, name), version);
  return join(machine.root, folder);
}

describe("the explicit setting", () => {
  test("wins over a program on PATH", async () => {
    machine.program("path-bin/k6", "k6 v1.2.0");
    const mine = machine.program("elsewhere/my-k6", "k6 v1.5.0");
    const found = await findTool(Tool.K6, machine.settings({ PERFBED_K6_PATH: mine }));
    expect(found.resolved).toMatchObject({ source: "setting", version: "1.5.0", executables: { k6: mine } });
  });

  test("may name the folder of a tool of several programs", async () => {
    const folder = postgresIn("opt/pg");
    const found = await findTool(Tool.Postgres, machine.settings({ PERFBED_POSTGRES_PATH: folder }));
    expect(found.resolved?.executables).toEqual({
      postgres: join(folder, "postgres"),
      initdb: join(folder, "initdb"),
      pg_ctl: join(folder, "pg_ctl"),
    });
  });

  test("that names nothing is refused, and nothing else is tried", async () => {
    machine.program("path-bin/k6", "k6 v1.2.0");
    const found = await findTool(Tool.K6, machine.settings({ PERFBED_K6_PATH: "/nowhere/k6" }));
    expect(found.resolved).toBeUndefined();
    expect(found.settingProblem).toMatchObject({
      field: "PERFBED_K6_PATH",
      value: "/nowhere/k6",
      allowed: "path of k6 1.0 or later",
    });
  });

  test("that names too old a version is refused with both versions", async () => {
    const old = machine.program("elsewhere/k6", "k6 v0.49.0");
    const found = await findTool(Tool.K6, machine.settings({ PERFBED_K6_PATH: old }));
    expect(found.settingProblem?.hint).toContain("It is version 0.49.0, needed is 1.0 or later");
  });

  test("that lacks a sibling program is refused by name", async () => {
    const lone = machine.program("opt/pg/postgres", POSTGRES);
    const found = await findTool(Tool.Postgres, machine.settings({ PERFBED_POSTGRES_PATH: lone }));
    expect(found.settingProblem?.hint).toContain("There is no initdb, pg_ctl beside it");
  });
});

describe("PATH and system folders", () => {
  test("an old version on PATH is passed over for a newer one later on PATH, and remembered", async () => {
    const old = machine.program("path-bin/k6", "k6 v0.49.0");
    const newer = machine.program("second-bin/k6", "k6 v1.3.0");
    const found = await findTool(Tool.K6, machine.settings());
    expect(found.resolved).toMatchObject({ source: "path", version: "1.3.0", executables: { k6: newer } });
    expect(found.rejected).toEqual([`${old} is version 0.49.0, needed is 1.0 or later`]);
  });

  test("a program that does not run is passed over with the reason", async () => {
    const broken = machine.program("path-bin/k6", "irrelevant");
    appendFileSync(broken, "echo 'cannot load libfoo.so' >&2\nexit 127\n");
    const found = await findTool(Tool.K6, machine.settings());
    expect(found.resolved).toBeUndefined();
    expect(found.rejected).toEqual([`${broken} does not run here (cannot load libfoo.so)`]);
  });

  test("the highest PostgreSQL of Debian's version folders is taken", async () => {
    postgresIn("usr/lib/postgresql/9.6/bin", "postgres (PostgreSQL) 9.6.24");
    const folder = postgresIn("usr/lib/postgresql/16/bin");
    postgresIn("usr/lib/postgresql/15/bin", "postgres (PostgreSQL) 15.8");
    const found = await findTool(Tool.Postgres, machine.settings());
    expect(found.resolved?.executables.postgres).toBe(join(folder, "postgres"));
  });

  test("PostgreSQL's programs are never mixed from two builds", async () => {
    const lone = machine.program("path-bin/postgres", POSTGRES);
    machine.program("second-bin/initdb", "initdb (PostgreSQL) 12.1");
    machine.program("second-bin/pg_ctl", "pg_ctl (PostgreSQL) 12.1");
    const found = await findTool(Tool.Postgres, machine.settings());
    expect(found.resolved).toBeUndefined();
    expect(found.rejected).toEqual([`${lone} has no initdb, pg_ctl beside it`]);
  });

  test("siblings are found where a symbolic link leads", async () => {
    const folder = postgresIn("opt/pg");
    symlinkSync(join(folder, "postgres"), join(machine.bin, "postgres"));
    const found = await findTool(Tool.Postgres, machine.settings());
    expect(found.resolved?.executables.initdb).toBe(join(folder, "initdb"));
  });

  test("Varnish's programs may lie in sbin and bin", async () => {
    const daemon = machine.program("usr/sbin/varnishd", "varnishd (varnish-7.1.1 revision 7cee)");
    const stat = machine.program("usr/bin/varnishstat", "varnishstat");
    const admin = machine.program("usr/bin/varnishadm", "varnishadm");
    const found = await findTool(Tool.Varnish, machine.settings());
    expect(found.resolved?.executables).toEqual({ varnishd: daemon, varnishstat: stat, varnishadm: admin });
  });

  test("Valkey stands in for Redis under the name redis-server", async () => {
    const valkey = machine.program("path-bin/valkey-server", "Valkey server v=8.0.1 sha=0");
    const found = await findTool(Tool.Redis, machine.settings());
    expect(found.resolved).toMatchObject({ version: "8.0.1", executables: { "redis-server": valkey } });
  });

  test("relative folders on PATH are not searched", async () => {
    machine.program("path-bin/k6", "k6 v1.2.0");
    const before = process.cwd();
    process.chdir(machine.bin);
    try {
      const found = await findTool(Tool.K6, machine.settings({ PATH: ".::" }));
      expect(found.resolved).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  });

  test.each(["1", "postgres,k6"])(
    "PERFBED_TOOLS_IGNORE_PATH=%s leaves programs on PATH alone",
    async (value) => {
      machine.program("path-bin/k6", "k6 v1.2.0");
      const found = await findTool(Tool.K6, machine.settings({ PERFBED_TOOLS_IGNORE_PATH: value }));
      expect(found.resolved).toBeUndefined();
    },
  );

  test("PERFBED_TOOLS_IGNORE_PATH=1 does not hide what only packages can bring", async () => {
    machine.program("usr/sbin/haproxy", "HAProxy version 2.6.12 2026/10/17");
    const found = await findTool(Tool.Haproxy, machine.settings({ PERFBED_TOOLS_IGNORE_PATH: "1" }));
    expect(found.resolved?.version).toBe("2.6.12");
  });

  test("the language host is found beside the Pulumi engine that is in use", async () => {
    const engine = machine.program("opt/pulumi/pulumi", "v3.200.0");
    const host = machine.program("opt/pulumi/pulumi-language-nodejs", "");
    const settings = machine.settings({ PERFBED_PULUMI_PATH: engine });
    const found = await findTool(Tool.PulumiLanguageNodejs, settings);
    expect(found.resolved).toMatchObject({
      version: "3.200.0",
      executables: { "pulumi-language-nodejs": host },
    });
  });
});

describe("whether other users can run it", () => {
  test("a folder closed to others on the way is noticed", async () => {
    const program = machine.program("closed/bin/k6", "k6 v1.2.0");
    const settings = machine.settings({ PERFBED_K6_PATH: program });
    expect((await findTool(Tool.K6, settings)).resolved?.reachableByOthers).toBe(true);
    chmodSync(join(machine.root, "closed"), 0o700);
    expect((await findTool(Tool.K6, settings)).resolved?.reachableByOthers).toBe(false);
  });
});

describe("the tools folder", () => {
  const install = (): Promise<unknown> =>
    ensure([Tool.K6], {
      settings: machine.settings(),
      installers: () => [fakeInstaller("fake", [])],
    });

  test("an installed tool is found with its origin and its self-contained folder", async () => {
    await install();
    const folder = join(machine.toolsDir, "k6", "1.8.1");
    expect((await findTool(Tool.K6, machine.settings())).resolved).toMatchObject({
      source: "cache",
      version: "1.8.1",
      origin: "fake fake",
      installDir: folder,
      executables: { k6: join(folder, "bin", "k6") },
    });
  });

  test("a program on PATH is preferred to an installed one", async () => {
    await install();
    machine.program("path-bin/k6", "k6 v1.2.0");
    expect((await findTool(Tool.K6, machine.settings())).resolved?.source).toBe("path");
  });

  test("a program that was changed since its install does not count, and is installed anew", async () => {
    await install();
    const program = join(machine.toolsDir, "k6", "1.8.1", "bin", "k6");
    appendFileSync(program, "echo more\n");
    const found = await findTool(Tool.K6, machine.settings());
    expect(found.resolved).toBeUndefined();
    expect(found.rejected).toEqual([`${program} has changed since it was installed`]);
    await install();
    expect((await findTool(Tool.K6, machine.settings())).resolved?.source).toBe("cache");
  });

  test("a version folder without a manifest does not count", async () => {
    const program = join(machine.toolsDir, "k6", "1.8.1", "bin", "k6");
    mkdirSync(dirname(program), { recursive: true });
    machine.program(`tools/k6/1.8.1/bin/k6`, "k6 v1.8.1");
    expect((await findTool(Tool.K6, machine.settings())).resolved).toBeUndefined();
  });
});

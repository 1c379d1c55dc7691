import { readdirSync } from "node:fs";
import { ConfigError, EnvironmentError, ExitCode, formatProblem } from "../../../core/errors";
import type { ToolSpec } from "../../../toolchain/catalogue";
import { type EnsureOptions, ensure } from "../../../toolchain/ensure-tools";
import type { Installer, SystemPackages } from "../../../toolchain/installers/installer";
import { type InstallProgress, Tool } from "../../../toolchain/tool";
import { type FakeMachine, fakeInstaller, fakeMachine } from "../../support/fake-tools";

let machine: FakeMachine;
let calls: string[];
let progress: InstallProgress[];
beforeEach(() => {
  machine = fakeMachine();
  calls = [];
  progress = [];
});
afterEach(() => machine.remove());

function run(
  tools: readonly Tool[],
  installers: EnsureOptions["installers"],
  env: Record<string, string> = {},
) {
  return ensure(tools, {
    settings: machine.settings(env),
    onProgress: (entry) => progress.push(entry),
    ...(installers === undefined ? {} : { installers }),
  });
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A package manager whose packages appear as programs in a system folder. */
function fakePackages(
  name: string,
  programs: Readonly<Partial<Record<Tool, readonly [string, string]>>>,
  unavailable?: string,
): SystemPackages {
  return {
    name,
    unavailable: async () => unavailable,
    install: async (specs) => {
      calls.push(`${name}: ${specs.map((spec) => spec.tool).join(" ")}`);
      const without = new Map<ToolSpec, string>();
      for (const spec of specs) {
        const program = programs[spec.tool];
        if (program === undefined) without.set(spec, "no such package");
        else machine.program(`usr/sbin/${program[0]}`, program[1]);
      }
      return without;
    },
  };
}
const packages = (...managers: SystemPackages[]): Installer[] =>
  managers.map((manager) => ({ kind: "system", packages: manager }));

describe("the order of installers", () => {
  test("nothing is installed when everything is there", async () => {
    machine.program("path-bin/k6", "k6 v1.2.0");
    const resolved = await run([Tool.K6], () => [fakeInstaller("first", calls)]);
    expect(resolved.get(Tool.K6)?.source).toBe("path");
    expect(calls).toEqual([]);
    expect(progress).toEqual([]);
  });

  test("the first that works is the last that is tried", async () => {
    const resolved = await run([Tool.K6], () => [
      fakeInstaller("impossible", calls, { unavailable: "no such machine" }),
      fakeInstaller("offline", calls, { fails: "could not reach example.test (ENOTFOUND)" }),
      fakeInstaller("good", calls),
      fakeInstaller("never", calls),
    ]);
    expect(calls).toEqual(["offline", "good"]);
    expect(resolved.get(Tool.K6)?.origin).toBe("fake good");
    expect(progress.map((entry) => entry.text)).toEqual([
      "impossible did not work: no such machine",
      "offline did not work: could not reach example.test (ENOTFOUND)",
      "1.8.1 installed (good)",
    ]);
  });

  test("an installed program that does not print the promised version is refused", async () => {
    const resolved = await run([Tool.K6], () => [
      fakeInstaller("wrong", calls, { prints: "k6 v1.7.0" }),
      fakeInstaller("right", calls),
    ]);
    expect(resolved.get(Tool.K6)?.origin).toBe("fake right");
    expect(progress[0]?.text).toBe("wrong did not work: what was installed is version 1.7.0, not 1.8.1");
  });

  test("a second call installs nothing", async () => {
    const installers = () => [fakeInstaller("once", calls)];
    await run([Tool.K6], installers);
    await run([Tool.K6], installers);
    expect(calls).toEqual(["once"]);
  });

  test("only the finished version is left in the tools folder", async () => {
    await run([Tool.K6], () => [
      fakeInstaller("bad", calls, { fails: "half-way" }),
      fakeInstaller("good", calls),
    ]);
    expect(readdirSync(machine.toolsDir)).toEqual(["k6"]);
    expect(readdirSync(`${machine.toolsDir}/k6`)).toEqual(["1.8.1"]);
  });
});

describe("package managers", () => {
  const both = {
    [Tool.Haproxy]: ["haproxy", "HAProxy version 2.6.12"],
    [Tool.Pgbouncer]: ["pgbouncer", "PgBouncer 1.18.0"],
  } as const;

  test("one run brings the packages of all missing tools", async () => {
    const apt = fakePackages("apt", both);
    const resolved = await run([Tool.Haproxy, Tool.Pgbouncer], () => packages(apt));
    expect(calls).toEqual(["apt: haproxy pgbouncer"]);
    expect([...resolved.values()].map((tool) => tool.source)).toEqual(["path", "path"]);
  });

  test("the next package manager gets what the first one did not have", async () => {
    const first = fakePackages("first", { [Tool.Haproxy]: both[Tool.Haproxy] });
    const second = fakePackages("second", both);
    await run([Tool.Haproxy, Tool.Pgbouncer], () => packages(first, second));
    expect(calls).toEqual(["first: haproxy pgbouncer", "second: pgbouncer"]);
  });

  test("too old a package is reported with its version", async () => {
    const old = fakePackages("apt", { [Tool.Haproxy]: ["haproxy", "HA-Proxy version 1.8.8"] });
    const error = await failureOf(run([Tool.Haproxy], () => packages(old)));
    if (!(error instanceof EnvironmentError)) throw new Error("expected an EnvironmentError");
    expect(error.problems[0]?.hint).toContain("haproxy is version 1.8.8, needed is 2.4 or later");
  });

  test("an installer in the tools folder may be preceded by a package manager", async () => {
    const brew = fakePackages("brew", { [Tool.K6]: ["k6", "k6 v1.4.0"] });
    const resolved = await run([Tool.K6], () => [...packages(brew), fakeInstaller("build", calls)]);
    expect(calls).toEqual(["brew: k6"]);
    expect(resolved.get(Tool.K6)?.version).toBe("1.4.0");
  });
});

describe("errors", () => {
  test("every missing tool is named with what was tried and the command that mends it", async () => {
    machine.program("path-bin/k6", "k6 v0.49.0");
    machine.program("path-bin/apt-get", "");
    const plan = {
      [Tool.K6]: [fakeInstaller("release", calls, { fails: "could not reach github.test" })],
      [Tool.Haproxy]: packages(fakePackages("apt-get", {}, "sudo asks for a password")),
    };
    const error = await failureOf(
      run([Tool.K6, Tool.Haproxy], (tool) => (tool === Tool.K6 ? plan[Tool.K6] : plan[Tool.Haproxy])),
    );
    if (!(error instanceof EnvironmentError)) throw new Error("expected an EnvironmentError");
    expect(error.code).toBe("PERFBED_TOOL_MISSING");
    expect(error.exitCode).toBe(ExitCode.EnvironmentFailed);
    expect(error.message).toBe("2 programs are missing: k6 1.0 or later, HAProxy 2.4 or later");
    const [k6, haproxy] = error.problems.map(formatProblem);
    expect(k6).toContain(
      "k6 is version 0.49.0, needed is 1.0 or later; release: could not reach github.test",
    );
    expect(k6).toContain("PERFBED_K6_PATH");
    expect(haproxy).toContain("apt-get: sudo asks for a password");
    expect(haproxy).toMatch(/Mend: (?:sudo )?apt-get update && (?:sudo )?apt-get install .* haproxy/);
    expect(error.hint).toMatch(/^Run: .*haproxy && curl .*k6/);
  });

  test("wrong settings are all reported at once, before anything is installed", async () => {
    const error = await failureOf(
      run([Tool.K6, Tool.Pulumi, Tool.Haproxy], () => [fakeInstaller("any", calls)], {
        PERFBED_K6_PATH: "/nowhere/k6",
        PERFBED_PULUMI_PATH: "/nowhere/pulumi",
      }),
    );
    if (!(error instanceof ConfigError)) throw new Error("expected a ConfigError");
    expect(error.problems.map((problem) => problem.field)).toEqual([
      "PERFBED_K6_PATH",
      "PERFBED_PULUMI_PATH",
    ]);
    expect(error.exitCode).toBe(ExitCode.Usage);
    expect(calls).toEqual([]);
  });

  test("an aborted call throws the reason and leaves no folder", async () => {
    const abort = new AbortController();
    const reason = new Error("interrupted");
    const installer = fakeInstaller("slow", calls);
    const error = await failureOf(
      ensure([Tool.K6], {
        settings: machine.settings(),
        signal: abort.signal,
        installers: () => [
          {
            ...installer,
            install: async (folder, context) => {
              await installer.install(folder, context);
              abort.abort(reason);
            },
          },
        ],
      }),
    );
    expect(error).toBe(reason);
    expect(readdirSync(machine.toolsDir)).toEqual([]);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProbeKind, type ProcessSpec, prepareEnvironment } from "../../../../components/local/supervisor";
import { environmentDir, packageRoot } from "../../../../core/home";

const HOUR_MS = 3_600_000;

/** An environment without a watchdog. */
export function standingEnvironment(environmentId: string): Promise<string> {
  return prepareEnvironment({
    environmentId,
    owner: "test",
    expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
    watchdog: false,
  });
}

/** A shell script that is ready once it has written "up". */
export function shell(
  environmentId: string,
  name: string,
  script: string,
  overrides: Partial<ProcessSpec> = {},
): ProcessSpec {
  return {
    environmentId,
    name,
    tier: "app",
    command: "/bin/sh",
    args: ["-c", script],
    cwd: join(environmentDir(environmentId), name),
    env: {},
    ports: [],
    ready: { kind: ProbeKind.Log, endpoint: "up", timeoutMs: 10_000 },
    stop: { signal: "SIGTERM", graceMs: 1_000 },
    ...overrides,
  };
}

/** A TCP server that is ready once it listens. */
export function server(
  environmentId: string,
  name: string,
  port: number,
  overrides: Partial<ProcessSpec> = {},
): ProcessSpec {
  const script = `require("node:net").createServer((s) => s.on("error", () => {})).listen(${port}, "127.0.0.1")`;
  return shell(environmentId, name, "", {
    command: process.execPath,
    args: ["-e", script],
    ports: [port],
    ready: { kind: ProbeKind.Tcp, endpoint: `127.0.0.1:${port}`, timeoutMs: 10_000 },
    ...overrides,
  });
}

/** The pid that a test process wrote; undefined until it has. */
export function writtenPid(file: string): number | undefined {
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8").trim()) : 0;
  return pid > 0 ? pid : undefined;
}

/** The compiled supervisor, for processes of their own. */
export function compiledSupervisor(): string {
  const module = join(packageRoot(), "dist/components/local/supervisor/index.js");
  if (!existsSync(module)) throw new Error("these tests start compiled code: run `npm run build` first");
  return module;
}

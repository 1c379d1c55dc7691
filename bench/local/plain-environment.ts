import { existsSync } from "node:fs";
import { chmod, mkdir, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { Application, Sizing } from "../../components/contracts";
import { APPLICATION_DATABASE, ROLES } from "../../components/local/postgres/roles";
import { serviceAccount } from "../../components/local/provider/account";
import { EnvironmentError } from "../../core/errors";
import { compiledModule, packageRoot } from "../../core/home";
import type { ResolvedTool, Tool } from "../../toolchain";
import { Tool as ToolName } from "../../toolchain";
import { freePorts } from "./free-ports";
import { edgeArguments, type PlainPorts, writePlainFiles } from "./plain-files";
import { limitLines, plainGroups } from "./plain-limits";
import { arrayAssignment, assignment } from "./shell-text";
import { timedCommand } from "./timed-command";

export interface PlainEnvironmentOptions {
  /** Does not exist yet; its parents can be passed through by the service account. */
  readonly folder: string;
  readonly application: Application;
  readonly sizing: Sizing;
  readonly tools: ReadonlyMap<Tool, ResolvedTool>;
}

export interface PlainUp {
  readonly durationMs: number;
  /** What the script says of its own steps, in order. */
  readonly steps: readonly { readonly name: string; readonly durationMs: number }[];
}

const SCRIPT = join(packageRoot(), "bench", "local", "plain.sh");
const EDGE_OVERHEAD_MIB = 256;

/** An environment that plain.sh brings up and takes down. */
export class PlainEnvironment {
  private constructor(private readonly folder: string) {}

  /** Writes settings and configuration files; starts nothing. Not part of what is timed. */
  static async prepare(options: PlainEnvironmentOptions): Promise<PlainEnvironment> {
    await mkdir(options.folder);
    await chmod(options.folder, 0o711);
    await writeSettings(options);
    return new PlainEnvironment(options.folder);
  }

  async up(signal: AbortSignal): Promise<PlainUp> {
    const steps: { name: string; durationMs: number }[] = [];
    const durationMs = await timedCommand("bash", [SCRIPT, "up", this.folder], {
      cwd: dirname(this.folder),
      signal,
      onLine: (line) => {
        const [, name, ms] = /^step ([\w-]+) (\d+)$/.exec(line) ?? [];
        if (name !== undefined) steps.push({ name, durationMs: Number(ms) });
      },
    });
    return { durationMs, steps };
  }

  /** Stops everything, in reverse order, and removes the folder. Does nothing when that has been done. */
  async down(): Promise<number> {
    if (!existsSync(this.folder)) return 0;
    return timedCommand("bash", [SCRIPT, "down", this.folder], {
      cwd: dirname(this.folder),
      // Also on the way out after an interruption: it must come to its end.
      signal: new AbortController().signal,
    });
  }
}

function programOf(tools: ReadonlyMap<Tool, ResolvedTool>, tool: Tool, program: string): string {
  const path = tools.get(tool)?.executables[program];
  if (path === undefined)
    throw new EnvironmentError("PERFBED_TOOL_MISSING", `${tool} has no program ${program}`);
  return path;
}

/** psql beside the server or on PATH, else the small client that ships with this benchmark (a Node.js process each time: slower). */
export async function sqlClient(postgresProgram: string): Promise<string[]> {
  const folders = [dirname(await realpath(postgresProgram)), ...(process.env.PATH ?? "").split(delimiter)];
  const psql = folders.map((folder) => join(folder, "psql")).find((path) => existsSync(path));
  return psql === undefined
    ? [process.execPath, compiledModule("bench/local/sql-client")]
    : [psql, "-qAtX", "-v", "ON_ERROR_STOP=1"];
}

async function writeSettings(options: PlainEnvironmentOptions): Promise<void> {
  const { folder, application, sizing, tools } = options;
  const [primary = 0, replica = 0, writerPool = 0, readerPool = 0, redis = 0, ...rest] = await freePorts(9);
  const [app = 0, balancer = 0, edge = 0, edgeAdmin = 0] = rest;
  const ports: PlainPorts = {
    primary,
    replica,
    writerPool,
    readerPool,
    redis,
    app,
    balancer,
    edge,
    edgeAdmin,
  };
  const postgres = programOf(tools, ToolName.Postgres, "postgres");
  const account = await serviceAccount();
  const closed = [...tools.values()].filter((tool) => !tool.reachableByOthers && tool.tool !== ToolName.K6);
  if (account !== undefined && closed.some(({ tool }) => tool === ToolName.Postgres)) {
    throw new EnvironmentError(
      "PERFBED_TOOL_UNREACHABLE",
      `${account.name} cannot run the PostgreSQL of this machine`,
      {
        hint: "The comparison would measure the copying of programs: set PERFBED_TOOLS_DIR to a folder that other users can pass through.",
      },
    );
  }
  const { redisPassword } = await writePlainFiles({
    folder,
    ports,
    application,
    sizing,
    postgresProgram: postgres,
  });
  const groups = plainGroups(folder);
  const limits = {
    "database-primary": sizing.database,
    "database-replica": sizing.database,
    "database-pool-writer": sizing.database,
    "database-pool-reader": sizing.database,
    cache: sizing.cache,
    app: sizing.app,
    edge: { cpu: sizing.edge.cpu, memoryMiB: sizing.edge.memoryMiB + EDGE_OVERHEAD_MIB },
  };
  const lines = [
    assignment("service_uid", account?.uid ?? ""),
    assignment("service_gid", account?.gid ?? ""),
    assignment("cgroup_version", groups.version),
    assignment("cgroup_cpu", groups.cpu),
    assignment("cgroup_memory", groups.memory),
    ...Object.entries(limits).flatMap(([name, limit]) => limitLines(name, limit)),
    `export ${assignment("PGPASSFILE", join(folder, "config", "pgpass"))}`,
    "export PGCONNECT_TIMEOUT=2",
    arrayAssignment("sql_client", await sqlClient(postgres)),
    assignment("superuser", ROLES.superuser),
    assignment("application_user", ROLES.application),
    assignment("database", APPLICATION_DATABASE),
    assignment("redis_password", redisPassword),
    assignment("initdb", programOf(tools, ToolName.Postgres, "initdb")),
    assignment("postgres", postgres),
    assignment("pgbouncer", programOf(tools, ToolName.Pgbouncer, "pgbouncer")),
    assignment("redis_server", programOf(tools, ToolName.Redis, "redis-server")),
    assignment("haproxy", programOf(tools, ToolName.Haproxy, "haproxy")),
    assignment("varnishd", programOf(tools, ToolName.Varnish, "varnishd")),
    arrayAssignment("edge_arguments", edgeArguments(sizing)),
    assignment("primary_port", primary),
    assignment("replica_port", replica),
    assignment("writer_pool_port", writerPool),
    assignment("reader_pool_port", readerPool),
    assignment("redis_port", redis),
    assignment("app_port", app),
    assignment("balancer_port", balancer),
    assignment("edge_port", edge),
    assignment("edge_admin_port", edgeAdmin),
    assignment("application_folder", application.workingDirectory),
    arrayAssignment("application_command", application.command),
    arrayAssignment("setup_command", application.setup?.command ?? ["true"]),
    assignment("ready_path", application.readyPath),
  ];
  await writeFile(join(folder, "settings.sh"), `${lines.join("\n")}\n`, { mode: 0o600 });
}

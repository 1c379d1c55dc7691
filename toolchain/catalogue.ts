import { Tool } from "./tool";
import { MINIMUM_VERSIONS } from "./versions";

/** One program of a tool; `aliases` are other names under which the same program is shipped. */
export interface Program {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** Everything the toolchain knows about a tool, except how to install it. */
export interface ToolSpec {
  readonly tool: Tool;
  /** As its makers write it. */
  readonly title: string;
  /** Why perfbed wants it, for `perfbed doctor`. */
  readonly purpose: string;
  /** The environment variable that overrides the search: a program file, or the folder that holds the programs. */
  readonly setting: string;
  /** The first one is asked for its version. */
  readonly programs: readonly [Program, ...Program[]];
  /** The programs belong to one build and must lie in one folder. */
  readonly sameFolder: boolean;
  /** Absent when the program cannot tell its version. */
  readonly version?: { readonly args: readonly string[]; readonly pattern: RegExp };
  readonly minimumVersion: string;
  /** Searched after PATH; a `*` part stands for any folder, highest version first. */
  readonly systemFolders: readonly string[];
  /** perfbed can install it in its tools folder, without the system's package manager. */
  readonly cacheable: boolean;
  /** Installations in the tools folder that no longer count, by how they came there. */
  readonly obsoleteOrigin?: RegExp;
  /** Package names by package manager; several are alternatives in order of preference. */
  readonly packages: Readonly<Partial<Record<PackageManager, readonly string[]>>>;
}

export type PackageManager = "apt-get" | "dnf" | "apk" | "brew";

/** Folders that hold servers but are often missing from an ordinary user's PATH. */
const COMMON_FOLDERS = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/opt/homebrew/bin",
  "/opt/homebrew/sbin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/home/linuxbrew/.linuxbrew/sbin",
];

type SpecInput = Omit<
  ToolSpec,
  "setting" | "minimumVersion" | "systemFolders" | "sameFolder" | "packages" | "cacheable"
> &
  Partial<Pick<ToolSpec, "systemFolders" | "sameFolder" | "packages" | "cacheable">>;

function spec(input: SpecInput): ToolSpec {
  return {
    sameFolder: false,
    packages: {},
    cacheable: false,
    ...input,
    setting: `PERFBED_${input.tool.toUpperCase().replaceAll("-", "_")}_PATH`,
    minimumVersion: MINIMUM_VERSIONS[input.tool],
    systemFolders: [...(input.systemFolders ?? []), ...COMMON_FOLDERS],
  };
}

/** The same package name everywhere. */
const everywhere = (name: string): ToolSpec["packages"] => ({
  "apt-get": [name],
  dnf: [name],
  apk: [name],
  brew: [name],
});

const SPECS: Readonly<Record<Tool, ToolSpec>> = {
  [Tool.Pulumi]: spec({
    tool: Tool.Pulumi,
    title: "Pulumi",
    purpose: "provisions and destroys environments",
    programs: [{ name: "pulumi" }],
    version: { args: ["version"], pattern: /^v?(\d+\.\d+\.\d+\S*)\s*$/m },
    cacheable: true,
  }),
  [Tool.K6]: spec({
    tool: Tool.K6,
    title: "k6",
    purpose: "generates the load",
    programs: [{ name: "k6" }],
    version: { args: ["version"], pattern: /\bk6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/ },
    cacheable: true,
    // Before perfbed's own output was built into it.
    obsoleteOrigin: /^go build of go\.k6\.io\/k6@/,
    packages: { brew: ["k6"] },
  }),
  [Tool.Postgres]: spec({
    tool: Tool.Postgres,
    title: "PostgreSQL",
    purpose: "database tier",
    programs: [{ name: "postgres" }, { name: "initdb" }, { name: "pg_ctl" }],
    sameFolder: true,
    version: { args: ["--version"], pattern: /\(PostgreSQL\) (\d+(?:\.\d+)*\S*)/ },
    systemFolders: [
      "/usr/lib/postgresql/*/bin",
      "/usr/pgsql-*/bin",
      "/opt/homebrew/opt/postgresql@*/bin",
      "/usr/local/opt/postgresql@*/bin",
      "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    ],
    cacheable: true,
    packages: {
      "apt-get": ["postgresql"],
      dnf: ["postgresql-server"],
      apk: ["postgresql"],
      brew: ["postgresql@17"],
    },
  }),
  [Tool.Pgbouncer]: spec({
    tool: Tool.Pgbouncer,
    title: "PgBouncer",
    purpose: "connection pool of the database tier",
    programs: [{ name: "pgbouncer" }],
    version: { args: ["--version"], pattern: /PgBouncer (?:version )?(\d+(?:\.\d+)+)/i },
    packages: everywhere("pgbouncer"),
  }),
  [Tool.Redis]: spec({
    tool: Tool.Redis,
    title: "Redis or Valkey",
    purpose: "cache tier",
    programs: [{ name: "redis-server", aliases: ["valkey-server"] }],
    version: { args: ["--version"], pattern: /(?:Redis|Valkey) server v=(\d+(?:\.\d+)+)/i },
    packages: {
      "apt-get": ["redis-server", "valkey-server"],
      dnf: ["valkey", "redis"],
      apk: ["redis", "valkey"],
      brew: ["valkey"],
    },
  }),
  [Tool.Haproxy]: spec({
    tool: Tool.Haproxy,
    title: "HAProxy",
    purpose: "load balancer",
    programs: [{ name: "haproxy" }],
    version: { args: ["-v"], pattern: /HA-?Proxy version (\d+(?:\.\d+)+)/i },
    packages: everywhere("haproxy"),
  }),
  [Tool.Varnish]: spec({
    tool: Tool.Varnish,
    title: "Varnish",
    purpose: "edge (CDN) tier",
    programs: [{ name: "varnishd" }, { name: "varnishstat" }, { name: "varnishadm" }],
    version: { args: ["-V"], pattern: /varnish-(?:plus-)?(\d+(?:\.\d+)+)/ },
    packages: everywhere("varnish"),
  }),
  [Tool.PulumiLanguageNodejs]: spec({
    tool: Tool.PulumiLanguageNodejs,
    title: "Pulumi's Node.js language host",
    purpose: "plain `pulumi up` on stacks/ (campaigns do without)",
    programs: [{ name: "pulumi-language-nodejs" }],
    cacheable: true,
  }),
  [Tool.Locust]: spec({
    tool: Tool.Locust,
    title: "Locust",
    purpose: "generates the load with --tool locust",
    programs: [{ name: "locust" }],
    version: { args: ["--version"], pattern: /\blocust (\d+(?:\.\d+)+)/i },
    cacheable: true,
    packages: { brew: ["locust"] },
  }),
  [Tool.Gatling]: spec({
    tool: Tool.Gatling,
    title: "Gatling",
    purpose: "generates the load with --tool gatling",
    // The start script of perfbed's own installation: Gatling itself has been a Maven project since 3.11.
    programs: [{ name: "gatling" }],
    version: { args: ["--version"], pattern: /\bGatling (\d+(?:\.\d+)+)/ },
    cacheable: true,
  }),
  [Tool.Jmeter]: spec({
    tool: Tool.Jmeter,
    title: "JMeter",
    purpose: "generates the load with --tool jmeter",
    programs: [{ name: "jmeter" }],
    // The last line of its banner ends with the version.
    version: { args: ["--version"], pattern: /(?:Apache JMeter|\|_\|).* (\d+\.\d+(?:\.\d+)?)\s*$/m },
    cacheable: true,
    packages: { brew: ["jmeter"] },
  }),
  [Tool.Otelcol]: spec({
    tool: Tool.Otelcol,
    title: "OpenTelemetry Collector",
    purpose: "takes traces and metrics where `apm` asks for opentelemetry",
    programs: [{ name: "otelcol", aliases: ["otelcol-contrib"] }],
    version: { args: ["--version"], pattern: /\bversion v?(\d+\.\d+\.\d+\S*)/ },
    cacheable: true,
  }),
  [Tool.Chromium]: spec({
    tool: Tool.Chromium,
    title: "Chromium",
    purpose: "browser tests of the report",
    programs: [
      {
        name: "chromium",
        aliases: ["chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
      },
    ],
    version: { args: ["--version"], pattern: /(?:Chromium|Chrome)\S* (\d+(?:\.\d+)+)/ },
    packages: {
      "apt-get": ["chromium"],
      dnf: ["chromium"],
      apk: ["chromium"],
    },
  }),
};

export function toolSpec(tool: Tool): ToolSpec {
  return SPECS[tool];
}

/** `PgBouncer 1.16 or later`. */
export function requirement(spec: ToolSpec): string {
  return `${spec.title} ${spec.minimumVersion} or later`;
}

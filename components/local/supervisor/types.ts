/** Who a process is: a pid alone may be reused, a pid with its start time may not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: number;
  readonly environmentId: string;
}

/** A process that an environment has started. */
export interface ProcessRecord extends ProcessIdentity {
  /** Unique within the environment, e.g. `database-primary`. */
  readonly name: string;
  readonly tier: string;
  readonly ports: readonly number[];
  readonly logFile: string;
  readonly stop: StopPolicy;
}

export interface StopPolicy {
  readonly signal: NodeJS.Signals;
  /** Milliseconds until SIGKILL. */
  readonly graceMs: number;
}

export enum ProbeKind {
  Tcp = "tcp",
  Http = "http",
  Postgres = "postgres",
  Redis = "redis",
  /** The process must exit with 0 (run-once commands). */
  Exit = "exit",
  /** The process must write a text to its log (programs without a port). */
  Log = "log",
}

/** A real check that a process can do its work. Plain data: it crosses process borders. */
export interface ReadinessProbe {
  readonly kind: ProbeKind;
  /** tcp: host:port; http, postgres, redis: URL; log: the text. Absent for exit. */
  readonly endpoint?: string;
  readonly timeoutMs: number;
}

/** CPU and memory limits, applied through cgroups where writable. */
export interface ResourceLimits {
  readonly cpu?: number;
  readonly memoryMiB?: number;
}

/** How to start one process. Secrets go in `env` or in files of mode 0600, never in `args`. */
export interface ProcessSpec {
  readonly environmentId: string;
  readonly name: string;
  readonly tier: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly runAs?: { readonly uid: number; readonly gid: number };
  readonly limits?: ResourceLimits;
  readonly ports: readonly number[];
  readonly ready: ReadinessProbe;
  readonly stop: StopPolicy;
}

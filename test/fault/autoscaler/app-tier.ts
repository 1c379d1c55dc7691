import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { AppSizing, ScalingPolicy } from "../../../components/contracts";
import type {
  AutoscalerEventRow,
  AutoscalerMetricsRow,
  AutoscalerSettings,
} from "../../../components/local/autoscaler";
import { HaproxyRuntime, renderHaproxyConfig } from "../../../components/local/haproxy";
import {
  ProbeKind,
  type ProcessRecord,
  prepareEnvironment,
  reservePorts,
  startProcess,
  sweepEnvironment,
} from "../../../components/local/supervisor";
import { compiledModule, environmentDir } from "../../../core/home";
import { newEnvironmentId } from "../../../core/ids";
import { haproxyProgram } from "./haproxy-program";

export interface Reply {
  /** 0 when there was no response. */
  readonly status: number;
  /** Which instance answered. */
  readonly instance: string | undefined;
  readonly body: string;
  readonly error?: string;
}

const stateSchema = z.object({
  ready: z.boolean(),
  desired: z.number(),
  inService: z.number(),
  lostRows: z.number(),
  instances: z.array(z.object({ name: z.string(), state: z.string(), pid: z.number().nullable() })),
});

/** A policy with short periods, so that a test sees a whole cycle in seconds. */
export const QUICK: Pick<
  ScalingPolicy,
  | "scaleOutCooldownSeconds"
  | "scaleInCooldownSeconds"
  | "instanceWarmupSeconds"
  | "periodSeconds"
  | "scaleOutPeriods"
  | "scaleInPeriods"
  | "disableScaleIn"
> = {
  scaleOutCooldownSeconds: 2,
  scaleInCooldownSeconds: 2,
  instanceWarmupSeconds: 1,
  periodSeconds: 0.5,
  scaleOutPeriods: 2,
  scaleInPeriods: 4,
  disableScaleIn: false,
};

/** Waits for a condition, with a deadline; says what it waited for. */
export async function until(
  what: string,
  deadlineMs: number,
  met: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await met())) {
    if (performance.now() > deadline) throw new Error(`after ${deadlineMs} ms still not: ${what}`);
    await sleep(20);
  }
}

/** An app tier of its own for a test: a real HAProxy, the real daemon, the burner application. */
export class AppTier {
  readonly environmentId = newEnvironmentId();
  readonly #home = mkdtempSync(join(tmpdir(), "pb-app-"));
  readonly #homeBefore = process.env.PERFBED_HOME;
  readonly #agent = new Agent({ keepAlive: true });
  #statusPort = 0;
  #listenPort = 0;
  #socketPath = "";
  balancer: ProcessRecord | undefined;
  daemon: ProcessRecord | undefined;

  get folder(): string {
    return join(environmentDir(this.environmentId, this.#home), "autoscaler");
  }

  get runtime(): HaproxyRuntime {
    return new HaproxyRuntime({ socketPath: this.#socketPath });
  }

  /** Prepares the environment and starts HAProxy. */
  async open(): Promise<void> {
    process.env.PERFBED_HOME = this.#home;
    await prepareEnvironment({
      environmentId: this.environmentId,
      owner: "test",
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      watchdog: false,
    });
    const [listenPort = 0, statusPort = 0] = await reservePorts(this.environmentId, 2);
    this.#listenPort = listenPort;
    this.#statusPort = statusPort;
    const cwd = join(environmentDir(this.environmentId, this.#home));
    this.#socketPath = join(cwd, "haproxy.sock");
    const config = join(cwd, "haproxy.cfg");
    writeFileSync(
      config,
      renderHaproxyConfig({ listenPort, statsSocketPath: this.#socketPath, readyPath: "/ready" }),
    );
    this.balancer = await startProcess({
      environmentId: this.environmentId,
      name: "app-balancer",
      tier: "app",
      command: haproxyProgram(),
      args: ["-db", "-f", config],
      cwd,
      env: {},
      ports: [listenPort],
      ready: { kind: ProbeKind.Tcp, endpoint: `127.0.0.1:${listenPort}`, timeoutMs: 10_000 },
      stop: { signal: "SIGTERM", graceMs: 3000 },
    });
  }

  settings(sizing: AppSizing, rest: Partial<AutoscalerSettings> = {}): AutoscalerSettings {
    return {
      environmentId: this.environmentId,
      perfbedHome: this.#home,
      folder: this.folder,
      application: {
        name: "burner",
        version: "v1",
        workingDirectory: __dirname,
        command: [process.execPath, join(__dirname, "burner-app.js")],
        healthPath: "/ready",
        readyPath: "/ready",
        environment: {},
        startTimeoutSeconds: 15,
        drainSeconds: 8,
      },
      sizing,
      databaseUrl: "postgres://shop:s3cret-database@127.0.0.1:1/shop",
      databaseReplicaUrls: ["postgres://a@127.0.0.1:1/shop", "postgres://b@127.0.0.1:1/shop"],
      cacheUrl: "redis://:s3cret-cache@127.0.0.1:1",
      balancer: { socketPath: this.#socketPath },
      statusPort: this.#statusPort,
      healthIntervalMs: 200,
      unhealthyThreshold: 3,
      ...rest,
    };
  }

  writeSettings(settings: AutoscalerSettings): string {
    const path = join(environmentDir(this.environmentId, this.#home), "autoscaler.json");
    writeFileSync(path, JSON.stringify(settings), { mode: 0o600 });
    return path;
  }

  /** Starts the compiled daemon the way the application component does. */
  async startDaemon(settings: AutoscalerSettings): Promise<ProcessRecord> {
    const path = this.writeSettings(settings);
    this.daemon = await startProcess({
      environmentId: this.environmentId,
      name: "autoscaler",
      tier: "app",
      command: process.execPath,
      args: [compiledModule("components/local/autoscaler/main"), path],
      cwd: environmentDir(this.environmentId, this.#home),
      env: {},
      ports: [this.#statusPort],
      ready: {
        kind: ProbeKind.Http,
        endpoint: `http://127.0.0.1:${this.#statusPort}/ready`,
        timeoutMs: 30_000,
      },
      stop: { signal: "SIGTERM", graceMs: 15_000 },
    });
    return this.daemon;
  }

  /** One request through the balancer. */
  get(path: string): Promise<Reply> {
    return new Promise((resolve) => {
      const sent = request(
        { host: "127.0.0.1", port: this.#listenPort, path, agent: this.#agent, timeout: 20_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", (error) =>
            resolve({ status: 0, instance: undefined, body: "", error: error.message }),
          );
          response.once("end", () => {
            const instance = response.headers["x-instance"];
            resolve({
              status: response.statusCode ?? 0,
              instance: typeof instance === "string" ? instance : undefined,
              body: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      sent.once("timeout", () => sent.destroy(new Error("no answer within 20 s")));
      sent.once("error", (error) =>
        resolve({ status: 0, instance: undefined, body: "", error: error.message }),
      );
      sent.end();
    });
  }

  async state(): Promise<z.infer<typeof stateSchema>> {
    const response = await fetch(`http://127.0.0.1:${this.#statusPort}/state`);
    return stateSchema.parse(await response.json());
  }

  async readyStatus(): Promise<number> {
    return (await fetch(`http://127.0.0.1:${this.#statusPort}/ready`)).status;
  }

  events(): AutoscalerEventRow[] {
    return lines<AutoscalerEventRow>(join(this.folder, "events.jsonl"));
  }

  metrics(): AutoscalerMetricsRow[] {
    return lines<AutoscalerMetricsRow>(join(this.folder, "metrics.jsonl"));
  }

  /** Events of one kind, or of one instance, in order. */
  eventsOf(event: string, source?: string): AutoscalerEventRow[] {
    return this.events().filter(
      (row) => row.event === event && (source === undefined || row.source === source),
    );
  }

  log(name: string): string {
    return readFileSync(join(environmentDir(this.environmentId, this.#home), "logs", `${name}.log`), "utf8");
  }

  /** Ends everything and proves it. */
  async close(): Promise<void> {
    this.#agent.destroy();
    try {
      const swept = await sweepEnvironment(this.environmentId);
      if (!swept.proved) throw new Error(`left behind: ${JSON.stringify(swept.remaining)}`);
    } finally {
      rmSync(this.#home, { recursive: true, force: true });
      if (this.#homeBefore === undefined) delete process.env.PERFBED_HOME;
      else process.env.PERFBED_HOME = this.#homeBefore;
    }
  }
}

function lines<T>(path: string): T[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): T => JSON.parse(line));
}

/** Requests one after the other from several clients until stopped; keeps what came of each. */
export class Load {
  readonly replies: Reply[] = [];
  readonly startedAtMs = Date.now();
  #running = true;
  readonly #clients: Promise<unknown>;

  constructor(
    private readonly tier: AppTier,
    path: string,
    clients: number,
    pauseMs = 0,
  ) {
    this.#clients = Promise.all(
      Array.from({ length: clients }, async () => {
        while (this.#running) {
          this.replies.push(await this.tier.get(path));
          if (pauseMs > 0) await sleep(pauseMs);
        }
      }),
    );
  }

  get failures(): Reply[] {
    return this.replies.filter((reply) => reply.status !== 200);
  }

  async stop(): Promise<Reply[]> {
    this.#running = false;
    await this.#clients;
    return this.replies;
  }
}

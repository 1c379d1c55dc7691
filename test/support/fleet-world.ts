import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type FleetOptions, type FleetResult, runFleet } from "../../campaign/fleet";
import { prepareEnvironment, sweepEnvironment } from "../../components/local/supervisor";
import { environmentDir } from "../../core/home";
import { k6IterationsSql, k6SamplesSql } from "../../scenarios/adapters/k6";
import type { Journey, Workload } from "../../scenarios/model";
import { resolveTool, Tool } from "../../toolchain";

/** A request as the application saw it. */
export interface SeenRequest {
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A small application on loopback, an environment's folder, and the real k6: what a fleet needs, without an environment's tiers. */
export class FleetWorld {
  readonly environmentId = `fleet-world-${process.pid}`;
  readonly seen: SeenRequest[] = [];
  answer: Answer = (_, response) => response.end("{}");
  #home = "";
  #k6Path = "";
  #server: Server | undefined;
  #runs = 0;

  get folder(): string {
    return this.#home;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error("the world is not open");
    return this.#server;
  }

  get baseUrl(): string {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async open(): Promise<void> {
    this.#home = await mkdtemp(join(tmpdir(), "pbw-"));
    process.env.PERFBED_HOME = this.#home;
    const k6 = (await resolveTool(Tool.K6))?.executables.k6;
    if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
    this.#k6Path = k6;
    const server = createServer((request, response) => {
      const atMs = performance.timeOrigin + performance.now();
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.once("end", () => {
        const seen = {
          atMs,
          method: request.method ?? "",
          url: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        };
        this.seen.push(seen);
        response.setHeader("content-type", "application/json");
        this.answer(seen, response);
      });
    });
    server.keepAliveTimeout = 60_000;
    this.#server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await prepareEnvironment({
      environmentId: this.environmentId,
      owner: "test",
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      watchdog: false,
    });
  }

  async close(): Promise<void> {
    await sweepEnvironment(this.environmentId);
    await new Promise((done) => {
      this.server.closeAllConnections();
      this.server.close(done);
    });
    await rm(this.#home, { recursive: true, force: true });
  }

  /** Runs a workload on as many generators; what the application saw before is forgotten. */
  async run(workload: Workload, generators: number, more: Partial<FleetOptions> = {}): Promise<FleetResult> {
    this.seen.length = 0;
    this.#runs += 1;
    const slots = Array.from({ length: generators }, (_, index) => ({
      name: `generator-${index + 1}`,
      location: join(environmentDir(this.environmentId), "generators", `generator-${index + 1}`),
    }));
    return runFleet({
      environmentId: this.environmentId,
      slots,
      workload,
      baseUrl: this.baseUrl,
      toolPath: this.#k6Path,
      runId: `run-${this.#runs}`,
      ...more,
    });
  }

  /** Paths that were asked for, how often each. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { url } of this.seen) counts.set(url, (counts.get(url) ?? 0) + 1);
    return counts;
  }
}

export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** All generators' samples as a relation of DuckDB. */
export function samplesOf(result: FleetResult): string {
  const parts = result.generators.map(({ name, samples }) =>
    k6SamplesSql(samples, {
      campaign: "c",
      run: "r",
      side: "single",
      replicate: 1,
      generator: name,
      scenario: "s",
    }),
  );
  return `(${parts.map((part) => `(${part})`).join(" UNION ALL ")})`;
}

/** All generators' iterations by journey and second. */
export function iterationsOf(result: FleetResult): string {
  const parts = result.generators.map(({ name, samples }) =>
    k6IterationsSql(samples, {
      campaign: "c",
      run: "r",
      side: "single",
      replicate: 1,
      generator: name,
      scenario: "s",
    }),
  );
  return `(${parts.map((part) => `(${part})`).join(" UNION ALL ")})`;
}

export const getStep = (name: string, path: string) => ({
  name,
  request: { method: "GET" as const, path },
});

export function workloadOf(journeys: readonly Journey[], more: Partial<Workload> = {}): Workload {
  return {
    scenario: "world",
    description: "A small workload.",
    seed: 7,
    warmup: { startRatePerSecond: 0, stages: [] },
    arrival: { startRatePerSecond: 0, stages: [] },
    journeys,
    slos: [],
    parameters: {},
    ...more,
  };
}

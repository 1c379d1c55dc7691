import type { EnvironmentAccess } from "../../components/contracts";
import { errorMessage } from "../../storage/errors";
import type { TelemetryPoint } from "../../storage/schema";
import type { Collector } from "./collector";
import { createCollectors, type TelemetryTools } from "./create-collectors";
import type { MetricName } from "./metrics";
import { TelemetrySpool } from "./spool";

export interface TelemetryOptions {
  readonly access: Pick<EnvironmentAccess, "environmentId" | "telemetry">;
  readonly tools: TelemetryTools;
  /** CSV file the points go to, for `RunStore.importTelemetry`. */
  readonly spoolFile: string;
  /** Milliseconds between two readings of a source. @default 1000 */
  readonly intervalMs?: number;
  readonly onPoint?: (point: TelemetryPoint) => void;
}

/** How a source fared. */
export interface SourceHealth {
  readonly tier: string;
  readonly source: string;
  readonly readings: number;
  readonly failures: number;
  /** Message of the latest failure, credentials left out. */
  readonly lastFailure: string | null;
}

export interface TelemetryResult {
  readonly spoolFile: string;
  readonly points: number;
  readonly sources: readonly SourceHealth[];
  /** Why points are missing from the file (a full disk); null when none are. */
  readonly spoolFailure: string | null;
}

export interface Telemetry {
  /** Latest value of a figure; undefined before its first reading. */
  latest(source: string, metric: MetricName): number | undefined;
  health(): readonly SourceHealth[];
  /** Stops, waits for readings under way, lets go of all connections. May be called again. */
  stop(): Promise<TelemetryResult>;
}

/** A connection URL in an error message holds a password. */
function withoutCredentials(message: string): string {
  return message.replace(/\/\/[^\s/@]*@/g, "//");
}

/** Reads one source again and again, without ever overlapping itself. */
class SourceLoop {
  readings = 0;
  failures = 0;
  lastFailure: string | null = null;
  #underWay: Promise<void> | undefined;

  constructor(
    readonly collector: Collector,
    private readonly timeoutMs: number,
    private readonly emit: (points: readonly TelemetryPoint[]) => void,
  ) {}

  /** A source still busy with its last reading is let be: the hole in its series tells. */
  tick(): void {
    this.#underWay ??= this.#read().finally(() => {
      this.#underWay = undefined;
    });
  }

  async close(): Promise<void> {
    await this.#underWay;
    await this.collector.close();
  }

  async #read(): Promise<void> {
    const { tier, source } = this.collector;
    this.readings += 1;
    const points: TelemetryPoint[] = [];
    let failed = 0;
    try {
      const readings = await withDeadline(this.collector.collect(), this.timeoutMs);
      const atUs = BigInt(Date.now()) * 1000n;
      for (const reading of readings) {
        points.push({
          atUs,
          tier: reading.tier ?? tier,
          source: reading.source ?? source,
          metric: reading.metric,
          value: reading.value,
        });
      }
    } catch (error) {
      failed = 1;
      this.failures += 1;
      this.lastFailure = withoutCredentials(errorMessage(error));
    }
    points.push({ atUs: BigInt(Date.now()) * 1000n, tier, source, metric: "reading_failed", value: failed });
    this.emit(points);
  }
}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts reading every source of an environment about once a second, each for itself. A source that cannot be read is recorded
 * (`reading_failed`) and asked again; it never stops the others, nor the run.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const intervalMs = options.intervalMs ?? 1000;
  const timeoutMs = Math.max(2 * intervalMs, 1000);
  const spool = await TelemetrySpool.create(options.spoolFile);
  const latest = new Map<string, number>();
  let count = 0;
  const emit = (points: readonly TelemetryPoint[]): void => {
    count += points.length;
    spool.append(points);
    for (const point of points) {
      latest.set(`${point.source}\n${point.metric}`, point.value);
      options.onPoint?.(point);
    }
  };
  const loops = createCollectors(options.access, options.tools, timeoutMs).map(
    (collector) => new SourceLoop(collector, timeoutMs, emit),
  );
  const tick = (): void => {
    for (const loop of loops) loop.tick();
  };
  tick();
  const timer = setInterval(tick, intervalMs);
  const health = (): readonly SourceHealth[] =>
    loops.map(({ collector, readings, failures, lastFailure }) => ({
      tier: collector.tier,
      source: collector.source,
      readings,
      failures,
      lastFailure,
    }));
  const finish = async (): Promise<TelemetryResult> => {
    clearInterval(timer);
    await Promise.all(loops.map((loop) => loop.close()));
    const failure = await spool.close();
    return {
      spoolFile: options.spoolFile,
      points: count,
      sources: health(),
      spoolFailure: failure ?? null,
    };
  };
  let stopped: Promise<TelemetryResult> | undefined;
  return {
    latest: (source, metric) => latest.get(`${source}\n${metric}`),
    health,
    stop: () => {
      stopped ??= finish();
      return stopped;
    },
  };
}

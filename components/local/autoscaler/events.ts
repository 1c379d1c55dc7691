import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, log } from "./daemon-log";

/** Everything the autoscaler reports. The names are an interface: reports and analyses branch on them. */
export enum AutoscalerEvent {
  ScaleOutDecided = "scale-out-decided",
  ScaleInDecided = "scale-in-decided",
  InstanceLaunched = "instance-launched",
  InstanceReady = "instance-ready",
  InstanceInService = "instance-in-service",
  FirstRequest = "first-request",
  DrainStarted = "drain-started",
  Drained = "drained",
  InstanceEnded = "instance-ended",
  InstanceLost = "instance-lost",
  SettingsUpdated = "settings-updated",
  SettingsRejected = "settings-rejected",
  RefreshStarted = "refresh-started",
  /** With the reason as `failed` where the old instances stayed. */
  RefreshEnded = "refresh-ended",
}

export type EventDetail = Readonly<Record<string, string | number | boolean | null>>;

/** One line of events.jsonl: an EnvironmentEvent whose time is a decimal string, because JSON has no 64-bit numbers. */
export interface AutoscalerEventRow {
  /** Microseconds since the epoch, to the millisecond. */
  readonly atUs: string;
  readonly tier: "app";
  /** `autoscaler`, or the instance (`app-2`). */
  readonly source: string;
  readonly event: AutoscalerEvent;
  readonly detail: EventDetail;
}

/** One instance in a row of metrics.jsonl. */
export interface InstanceMetrics {
  readonly name: string;
  readonly state: string;
  /** CPU used over the period, percent of the allotment; null where not measured. */
  readonly cpuPercent: number | null;
  /** Mean requests in flight over the period; null where not in the balancer. */
  readonly inFlight: number | null;
}

/** One line of metrics.jsonl: one evaluation period, roughly 100 bytes and 70 more an instance. */
export interface AutoscalerMetricsRow {
  readonly atUs: string;
  readonly desired: number;
  readonly inService: number;
  readonly warming: number;
  readonly terminating: number;
  /** The policy's metric, averaged over measured instances; null when there was none to measure. */
  readonly metricValue: number | null;
  readonly targetValue: number;
  /** Requests waiting at the balancer for any instance. */
  readonly queued: number;
  readonly instances: readonly InstanceMetrics[];
}

const microseconds = (atMs: number): string => (BigInt(Math.round(atMs)) * 1000n).toString();

/**
 * Appends to events.jsonl and metrics.jsonl. A row is one write to a file opened for appending, so readers never see half of one
 * row mixed with another, and nothing is lost when the daemon is killed.
 */
export class AutoscalerJournal {
  readonly eventsPath: string;
  readonly metricsPath: string;
  #lostRows = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.eventsPath = join(folder, "events.jsonl");
    this.metricsPath = join(folder, "metrics.jsonl");
    // Readers follow these files from the start.
    appendFileSync(this.eventsPath, "", { mode: 0o600 });
    appendFileSync(this.metricsPath, "", { mode: 0o600 });
  }

  event(event: AutoscalerEvent, source: string, detail: EventDetail, atMs: number = Date.now()): void {
    const row: AutoscalerEventRow = { atUs: microseconds(atMs), tier: "app", source, event, detail };
    this.#append(this.eventsPath, row);
  }

  metrics(row: Omit<AutoscalerMetricsRow, "atUs">, atMs: number): void {
    const full: AutoscalerMetricsRow = { atUs: microseconds(atMs), ...row };
    this.#append(this.metricsPath, full);
  }

  /** Rows that could not be written (disk full). The app goes on without them; whoever judges the run must ask. */
  get lostRows(): number {
    return this.#lostRows;
  }

  #append(path: string, row: AutoscalerEventRow | AutoscalerMetricsRow): void {
    try {
      appendFileSync(path, `${JSON.stringify(row)}\n`);
    } catch (error) {
      if (this.#lostRows++ === 0) log(`rows are being lost: ${describe(error)}`);
    }
  }
}

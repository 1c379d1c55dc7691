import type { ProcessRecord } from "../supervisor";
import { CpuMeter } from "./cpu";
import { RunningMean } from "./metric";

export enum InstanceState {
  /** Launched, not yet ready. */
  Starting = "starting",
  /** Open to requests; its figures count once its warm-up is over. */
  InService = "in-service",
  /** No new requests; those in flight go on. */
  Draining = "draining",
  /** Told to stop. */
  Stopping = "stopping",
}

/** One app instance, from its launch to its end. Its name and ordinal are never used again. */
export class Instance {
  state: InstanceState = InstanceState.Starting;
  /** Reserved just before its process starts. */
  port: number | undefined;
  /** Known once it is ready. */
  record: ProcessRecord | undefined;
  cpu: CpuMeter | undefined;
  inServiceAtMs: number | undefined;
  /** The balancer knows it, or may know it. */
  inBalancer = false;
  /** Failed health checks in a row. */
  failedChecks = 0;
  nextCheckAtMs = 0;
  checking = false;
  /** Aborted when it is not wanted any more before it was ready. */
  readonly launch = new AbortController();
  /** A first request was seen. */
  hasServed = false;
  /** When the balancer was first seen sending it a request. */
  dispatchedAtMs: number | undefined;
  /** When it was last seen without one. */
  lastUnservedAtMs: number | undefined;
  readonly inFlight = new RunningMean();

  constructor(
    readonly ordinal: number,
    readonly launchedAtMs: number,
    /** Its first request is worth looking for closely. */
    readonly loadIsOn: boolean,
  ) {}

  get name(): string {
    return `app-${this.ordinal}`;
  }

  get cancelled(): boolean {
    return this.launch.signal.aborted;
  }

  /** It counts towards desired capacity: it serves, or is on its way to. */
  get counts(): boolean {
    return (
      (this.state === InstanceState.Starting && !this.cancelled) || this.state === InstanceState.InService
    );
  }

  openedAt(atMs: number, record: ProcessRecord, cores: number): void {
    this.record = record;
    this.cpu = new CpuMeter(record, cores);
    this.cpu.read();
    this.state = InstanceState.InService;
    this.inServiceAtMs = atMs;
    this.lastUnservedAtMs = atMs;
  }

  /** In service and past its warm-up: its figures are in the group's metric. */
  isMeasured(atMs: number, warmupSeconds: number): boolean {
    return (
      this.state === InstanceState.InService &&
      this.inServiceAtMs !== undefined &&
      atMs - this.inServiceAtMs >= warmupSeconds * 1000
    );
  }
}

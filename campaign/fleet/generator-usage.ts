import { availableParallelism } from "node:os";
import type { ProcessRef } from "../../components/local/supervisor";
import { readMachineCpu, readUsage } from "../telemetry/process-usage";

export interface UsageSummary {
  readonly cpuMean: number | null;
  readonly cpuMax: number | null;
  readonly memoryMaxMiB: number | null;
}

const maxOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));

/** CPU of one generator in shares of the whole machine (0..1), a reading about once a second. */
export class GeneratorUsage {
  #last: { readonly atMs: number; readonly cpuSeconds: number } | undefined;
  readonly #cpu: number[] = [];
  #memoryMaxMiB: number | null = null;

  constructor(private readonly process: ProcessRef) {}

  /** @param counts false before the measured window: the reading only sets the starting point */
  read(atMs: number, counts: boolean): void {
    const usage = readUsage(this.process);
    if (usage === undefined) return;
    const last = this.#last;
    this.#last = { atMs, cpuSeconds: usage.cpuSeconds };
    if (!counts) return;
    this.#memoryMaxMiB = Math.max(this.#memoryMaxMiB ?? 0, usage.memoryMiB);
    if (last !== undefined && atMs > last.atMs) {
      const seconds = (atMs - last.atMs) / 1000;
      this.#cpu.push((usage.cpuSeconds - last.cpuSeconds) / seconds / availableParallelism());
    }
  }

  summary(): UsageSummary {
    const cpu = this.#cpu;
    return {
      cpuMean: cpu.length === 0 ? null : cpu.reduce((sum, value) => sum + value, 0) / cpu.length,
      cpuMax: maxOf(cpu),
      memoryMaxMiB: this.#memoryMaxMiB,
    };
  }
}

/** Smallest free share of the machine's CPU between two readings. */
export class MachineIdle {
  #last: { readonly idle: number; readonly busy: number } | undefined;
  #min: number | null = null;

  /** @param counts false before the measured window */
  read(counts: boolean): void {
    const now = readMachineCpu();
    const last = this.#last;
    this.#last = now;
    if (!counts || now === undefined || last === undefined) return;
    const idle = now.idle - last.idle;
    const all = idle + now.busy - last.busy;
    if (all > 0) this.#min = Math.min(this.#min ?? 1, idle / all);
  }

  get min(): number | null {
    return this.#min;
  }
}

import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { type ProcessRecord, readLedger } from "../../../components/local/supervisor";
import { environmentDir } from "../../../core/home";
import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";
import { readThrottling, readUsage } from "../process-usage";

interface LivingProcess {
  readonly record: ProcessRecord;
  /** Folder of its control group for CPU; absent without a quota. */
  readonly groupFolder?: string;
}

/**
 * CPU and memory of every process of the environment, under its own name and tier, generators included. Who belongs is read from
 * the ledger, and only when the ledger has grown: scaling changes it, ticks do not.
 */
export class ProcessCollector implements Collector {
  readonly tier = "environment";
  readonly source = "processes";
  readonly #rates = new CounterRates();
  readonly #ledgerFile: string;
  #ledgerBytes = -1;
  #processes: readonly LivingProcess[] = [];

  constructor(private readonly environmentId: string) {
    this.#ledgerFile = join(environmentDir(environmentId), "ledger.jsonl");
  }

  async collect(): Promise<readonly Reading[]> {
    const bytes = statSync(this.#ledgerFile).size;
    if (bytes !== this.#ledgerBytes) {
      this.#processes = await this.#readProcesses();
      this.#ledgerBytes = bytes;
      this.#rates.keepOnly(new Set(this.#processes.flatMap(({ record }) => countersOf(record))));
    }
    return this.#processes.flatMap((process) => this.#readings(process));
  }

  async close(): Promise<void> {}

  async #readProcesses(): Promise<readonly LivingProcess[]> {
    const { entries } = await readLedger(this.environmentId);
    const living = new Map<string, ProcessRecord>();
    const groups = new Map<string, string>();
    for (const entry of entries) {
      if (entry.type === "process-started") living.set(keyOf(entry.record), entry.record);
      else if (entry.type === "process-ended") living.delete(keyOf(entry.process));
      else if (entry.type === "cgroup-creating") {
        for (const path of entry.paths) {
          if (readThrottling(path) !== undefined) groups.set(basename(path), path);
        }
      }
    }
    return [...living.values()].map((record) => {
      const groupFolder = groups.get(record.name);
      return groupFolder === undefined ? { record } : { record, groupFolder };
    });
  }

  #readings({ record, groupFolder }: LivingProcess): readonly Reading[] {
    const usage = readUsage(record);
    // It ended since the ledger was read; its end will be in the ledger soon.
    if (usage === undefined) return [];
    const { tier, name: source } = record;
    const [cpu, periods, throttled] = countersOf(record);
    const readings: Reading[] = [{ tier, source, metric: "memory_mib", value: usage.memoryMiB }];
    for (const value of this.#rates.perSecond(cpu, usage.cpuSeconds)) {
      readings.push({ tier, source, metric: "cpu_cores", value });
    }
    const throttling = groupFolder === undefined ? undefined : readThrottling(groupFolder);
    if (throttling !== undefined) {
      const all = this.#rates.growth(periods, throttling.periods);
      const cut = this.#rates.growth(throttled, throttling.throttled);
      // An idle process has no periods: it was not throttled.
      const value = all === undefined || cut === undefined || all.amount === 0 ? 0 : cut.amount / all.amount;
      readings.push({ tier, source, metric: "throttled_share", value });
    }
    return readings;
  }
}

const keyOf = ({ pid, startTicks }: { pid: number; startTicks: number }): string => `${pid}/${startTicks}`;

const countersOf = (record: ProcessRecord): readonly [string, string, string] => [
  `${keyOf(record)}/cpu`,
  `${keyOf(record)}/periods`,
  `${keyOf(record)}/throttled`,
];

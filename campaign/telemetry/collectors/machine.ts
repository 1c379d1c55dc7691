import type { Collector, Reading } from "../collector";
import { CounterRates } from "../counter-rates";
import { readMachineCpu, readMemoryAvailableMiB } from "../process-usage";

/** The machine everything shares on the local target: how close it is to its own limits. */
export class MachineCollector implements Collector {
  readonly tier = "machine";
  readonly source = "machine";
  readonly #rates = new CounterRates();

  async collect(): Promise<readonly Reading[]> {
    const cpu = readMachineCpu();
    const memory = readMemoryAvailableMiB();
    if (cpu === undefined || memory === undefined)
      throw new Error("/proc/stat or /proc/meminfo is not readable");
    return [
      ...this.#rates
        .share("cpu", cpu.idle, cpu.busy)
        .map((value) => ({ metric: "machine_idle_share", value }) as const),
      ...this.#rates
        .share("stolen", cpu.stolen, cpu.idle + cpu.busy - cpu.stolen)
        .map((value) => ({ metric: "machine_steal_share", value }) as const),
      { metric: "memory_available_mib", value: memory },
    ];
  }

  async close(): Promise<void> {}
}

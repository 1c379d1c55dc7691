/** One second of a generator, in the kernel's own units. */
interface HealthRow {
  readonly atMs: number;
  readonly k6Ticks: number;
  readonly idleTicks: number;
  readonly totalTicks: number;
  readonly rssPages: number;
  readonly stealTicks: number;
}

export interface HealthSummary {
  /** Shares of the whole machine, 0..1. */
  readonly cpuMean: number | null;
  readonly cpuMax: number | null;
  readonly memoryMaxMiB: number | null;
  readonly machineIdleMin: number | null;
  readonly stealMean: number | null;
}

const PAGE_MIB = 4096 / 2 ** 20;

function rowsOf(csv: string): readonly HealthRow[] {
  return csv.split("\n").flatMap((line) => {
    const fields = line.split(",").map(Number);
    const [atMs, k6Ticks, idleTicks, totalTicks, rssPages, stealTicks] = fields;
    if (fields.length !== 6 || fields.some(Number.isNaN)) return [];
    if (atMs === undefined || k6Ticks === undefined || idleTicks === undefined) return [];
    if (totalTicks === undefined || rssPages === undefined || stealTicks === undefined) return [];
    return [{ atMs, k6Ticks, idleTicks, totalTicks, rssPages, stealTicks }];
  });
}

/**
 * CPU and memory of one generator within the measured window.
 * @param csv `at_ms,k6_ticks,idle_ticks,total_ticks,rss_pages,steal_ticks`, one row about a second; instants on the generator's clock
 */
export function summariseHealth(csv: string, fromMs: number, toMs: number): HealthSummary {
  const rows = rowsOf(csv).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const cpu: number[] = [];
  const idle: number[] = [];
  const steal: number[] = [];
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before === undefined || row.totalTicks <= before.totalTicks) continue;
    const total = row.totalTicks - before.totalTicks;
    cpu.push((row.k6Ticks - before.k6Ticks) / total);
    idle.push((row.idleTicks - before.idleTicks) / total);
    steal.push((row.stealTicks - before.stealTicks) / total);
  }
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const most = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
  return {
    cpuMean: mean(cpu),
    cpuMax: most(cpu),
    memoryMaxMiB: most(rows.map(({ rssPages }) => rssPages * PAGE_MIB)),
    machineIdleMin: idle.length === 0 ? null : idle.reduce((a, b) => Math.min(a, b)),
    stealMean: mean(steal),
  };
}

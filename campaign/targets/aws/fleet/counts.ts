import type { SampleFile } from "../../../../scenarios/adapters/k6";
import { CsvTail } from "../../../fleet/csv-tail";

export interface SampleCounts {
  /** Warm-up included. */
  readonly requests: number;
  /** Of the measured window. */
  readonly started: number;
  readonly dropped: number;
  /** On the common clock; null when no scenario began. */
  readonly scenarioStartMs: number | null;
}

/**
 * Counts what one generator's samples say, with the reader that follows them on the local target.
 * @param clockOffsetUs how far the generator's clock was ahead
 */
export async function countSamples(
  { path, native }: SampleFile,
  window: { readonly measuredFromUs: number; readonly measuredToUs: number },
  clockOffsetUs: number,
): Promise<SampleCounts> {
  const within = (atUs: number): boolean =>
    atUs - clockOffsetUs >= window.measuredFromUs && atUs - clockOffsetUs < window.measuredToUs;
  const counts = { requests: 0, started: 0, dropped: 0 };
  let scenarioStartMs: number | null = null;
  const tail = new CsvTail(path, native, {
    request: () => {
      counts.requests += 1;
    },
    failedRequest: () => {},
    failedCheck: () => {},
    started: (atUs) => {
      if (within(atUs)) counts.started += 1;
    },
    dropped: (atUs, count) => {
      if (within(atUs)) counts.dropped += count;
    },
    scenarioStart: (atMs) => {
      const common = atMs - clockOffsetUs / 1000;
      scenarioStartMs = Math.min(scenarioStartMs ?? common, common);
    },
  });
  await tail.poll();
  await tail.close();
  return { ...counts, scenarioStartMs };
}

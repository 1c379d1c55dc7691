import { z } from "zod";

/** What generators say of themselves, as objects of the bucket. */

const clock = z.object({
  /** How far the generator's clock is ahead of AWS's; null: it cannot be told. */
  offsetMs: z.number().nullable(),
  /** Error bound of that. */
  errorMs: z.number().nullable(),
  method: z.string(),
});
const ready = z.object({ clock, nowMs: z.number() });
const progress = z.object({
  atMs: z.number(),
  requests: z.number(),
  failed: z.number(),
  started: z.number(),
  dropped: z.number(),
  /** Since the report before. */
  recent: z.object({
    requests: z.number(),
    failed: z.number(),
    started: z.number(),
    /** Requests by the whole part of log(duration in ms) to the base 1.1. */
    buckets: z.record(z.string(), z.number()),
  }),
});
const done = z.object({ exitCode: z.number(), stopped: z.number() });

export type GeneratorClock = z.output<typeof clock>;
export type ReadyReport = z.output<typeof ready>;
export type ProgressReport = z.output<typeof progress>;
export type DoneReport = z.output<typeof done>;

function parse<T extends z.ZodType>(schema: T, text: string | undefined): z.output<T> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export const parseReady = (text: string | undefined): ReadyReport | undefined => parse(ready, text);
export const parseProgress = (text: string | undefined): ProgressReport | undefined => parse(progress, text);
export const parseDone = (text: string | undefined): DoneReport | undefined => parse(done, text);

/** P95 of several generators' recent requests together, good to 10 %: a preview. Null when there are none. */
export function previewP95Ms(reports: readonly ProgressReport[]): number | null {
  const counts = new Map<number, number>();
  for (const { recent } of reports) {
    for (const [bucket, count] of Object.entries(recent.buckets)) {
      counts.set(Number(bucket), (counts.get(Number(bucket)) ?? 0) + count);
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    // The upper end of the bucket.
    if (seen >= total * 0.95) return 1.1 ** (bucket + 1);
  }
  return null;
}

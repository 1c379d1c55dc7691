import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** What is kept of one gate: enough to count false alarms and misses, and to see what it measured. */
const outcomeSchema = z.object({
  /** `aa` for a version against itself, else the planted change. */
  kind: z.string(),
  preset: z.string(),
  campaignId: z.string(),
  finishedAt: z.string(),
  seconds: z.number(),
  exitCode: z.number(),
  verdict: z.string(),
  reasons: z.array(z.string()),
  journeys: z.array(
    z.object({
      journey: z.string(),
      verdict: z.string(),
      /** Of the gating latency: candidate / baseline - 1. */
      change: z.number().nullable(),
      interval: z.object({ lower: z.number().nullable(), upper: z.number().nullable() }).nullable(),
      sd: z.number().nullable(),
      pairs: z.number(),
    }),
  ),
});

export type GateOutcome = z.infer<typeof outcomeSchema>;

/** The part of a gate's `--json` that counts here. */
const gateJsonSchema = z.object({
  campaignId: z.string(),
  exitCode: z.number(),
  verdict: z.object({ kind: z.string(), reasons: z.array(z.string()) }),
  result: z
    .object({
      journeys: z.array(
        z.object({
          journey: z.string(),
          verdict: z.string(),
          metrics: z.array(
            z.object({
              metric: z.string(),
              gating: z.boolean(),
              change: z.number().nullable(),
              interval: z.object({ lower: z.number().nullable(), upper: z.number().nullable() }).nullable(),
              sd: z.number().nullable(),
              n: z.number(),
            }),
          ),
        }),
      ),
    })
    .nullable(),
});

/** @param text standard output of `perfbed gate --json` or `perfbed calibrate --json` */
export function outcomeOf(
  text: string,
  told: Pick<GateOutcome, "kind" | "preset" | "seconds" | "finishedAt">,
): GateOutcome {
  const { campaignId, exitCode, verdict, result } = gateJsonSchema.parse(JSON.parse(text));
  const journeys = (result?.journeys ?? []).flatMap(({ journey, verdict: judged, metrics }) => {
    const latency = metrics.find(({ metric, gating }) => metric === "latency" && gating);
    if (latency === undefined) return [];
    const { change, interval, sd, n } = latency;
    return [{ journey, verdict: judged, change, interval, sd, pairs: n }];
  });
  return { ...told, campaignId, exitCode, verdict: verdict.kind, reasons: verdict.reasons, journeys };
}

/** Outcomes kept so far, oldest first. */
export function readOutcomes(file: string): readonly GateOutcome[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => outcomeSchema.parse(JSON.parse(line)));
}

export function keepOutcome(file: string, outcome: GateOutcome): void {
  appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}

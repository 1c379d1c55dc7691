import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../core/errors";
import { RunStore, runFiles } from "../../storage";
import type { CurveName } from "./log-side";
import { dispersionOfSeconds } from "./measured-side";
import type { Measured, TrafficSide } from "./side";

/** What of run.json matters here. */
const manifestSchema = z.looseObject({
  scenario: z.looseObject({ parameters: z.record(z.string(), z.unknown()) }),
  window: z.looseObject({ measuredFromUs: z.number(), measuredToUs: z.number() }),
});

export type RunFacts = z.output<typeof manifestSchema>;

export const isRunFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** @throws ConfigError when the folder is not that of a run */
export function readRunFacts(folder: string): RunFacts {
  const file = runFiles(folder).manifest;
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new ConfigError("The generated load cannot be read", [
      {
        field: folder,
        allowed: "the folder of a run (with run.json in it), or an access log of the system under test",
        hint: existsSync(join(folder, "campaign.json"))
          ? "This is a campaign's folder: name one of the runs in it."
          : "Runs are in perfbed-results/<campaign>/<run>.",
      },
    ]);
  }
}

/** What a learned scenario was run with. Other scenarios have none of these. */
export function replayOf(facts: RunFacts): {
  readonly curve: CurveName;
  readonly scale: number;
  readonly pointSeconds: number;
} {
  const { curve, scale, pointSeconds } = facts.scenario.parameters;
  const name: CurveName = curve === "day" || curve === "week" ? curve : "minutes";
  const usual = name === "minutes" ? 60 : 3600;
  return {
    curve: name,
    scale: typeof scale === "number" && scale > 0 ? scale : 1,
    pointSeconds: typeof pointSeconds === "number" && pointSeconds > 0 ? pointSeconds : usual,
  };
}

/** The load of a stored run, from its samples and iterations in the measured window. */
export async function runSide(folder: string, facts: RunFacts, points: number): Promise<TrafficSide> {
  const window = { fromUs: facts.window.measuredFromUs, toUs: facts.window.measuredToUs };
  const store = await RunStore.open(folder);
  try {
    const { journeys } = await store.sampleFigures(window);
    const mix = new Map<string, number>();
    for (const { steps } of journeys) {
      for (const { step, requests } of steps) mix.set(step, (mix.get(step) ?? 0) + requests);
    }
    const seconds = await store.secondArrivals(window);
    const pointUs = (window.toUs - window.fromUs) / points;
    const rates: number[] = [];
    for (let point = 0; point < points && seconds !== null; point++) {
      const fromUs = window.fromUs + point * pointUs;
      const counts = await store.countArrivals({ fromUs, toUs: fromUs + pointUs });
      rates.push((counts?.started ?? 0) / (pointUs / 1e6));
    }
    const untold: Measured<never> = { missing: "the load tool does not say when its visits begin" };
    return {
      ratesPerSecond: seconds === null ? untold : { value: rates },
      mix: mix.size === 0 ? { missing: "the run has no samples" } : { value: mix },
      transitions: {
        missing:
          "samples of a run do not say which visit they belong to; an access log of the system under test does, by the header x-perfbed-visit",
      },
      dispersion:
        seconds === null ? untold : dispersionOfSeconds(minutesOf(seconds, window.fromUs, window.toUs)),
    };
  } finally {
    await store.close();
  }
}

/** Counts of every second, those without an arrival too, in groups of a minute. */
function minutesOf(
  seconds: readonly { readonly atUs: number; readonly started: number }[],
  fromUs: number,
  toUs: number,
): readonly (readonly number[])[] {
  const first = Math.ceil(fromUs / 1e6);
  const length = Math.max(0, Math.floor(toUs / 1e6) - first);
  const counts = new Array<number>(length).fill(0);
  for (const { atUs, started } of seconds) {
    const index = Math.round(atUs / 1e6) - first;
    if (index >= 0 && index < length) counts[index] = started;
  }
  return Array.from({ length: Math.ceil(length / 60) }, (_, minute) =>
    counts.slice(minute * 60, minute * 60 + 60),
  );
}

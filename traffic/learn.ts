import {
  arrivalShape,
  indexOfDispersion,
  type MinuteCurve,
  minuteCurve,
  peakWindow,
  percentile,
} from "../analysis/traffic/arrivals";
import { chainOf } from "../analysis/traffic/chain";
import { fitLognormal } from "../analysis/traffic/lognormal";
import { fitZipf } from "../analysis/traffic/zipf";
import { ExitCode, PerfbedError } from "../core/errors";
import { packageVersion } from "../core/version";
import { type FoundTemplates, findTemplates } from "./find-templates";
import { MalformedLines } from "./malformed";
import { measureLogs, type PlaceCounts, type TrafficMeasure } from "./measure";
import {
  TRAFFIC_MODEL_VERSION,
  type TrafficModel,
  type TrafficModelStep,
  type TrafficParameter,
  type TrafficPlaceholder,
} from "./model";
import { roundedRange } from "./query-parameters";
import { inspectLogs, type LogFile } from "./reading/log-file";
import type { TrafficSettings } from "./settings";
import type { Placeholder, TrafficStep } from "./templates/template-set";

/** Values of one place that a scenario lists. */
const MOST_TOLD = 50;
/** Parameters of less than this share of a step's requests are left out. */
const SMALLEST_PARAMETER_SHARE = 0.05;
/** A curve of more minutes is a clock gone wrong: two years. */
const MOST_MINUTES = 1_052_000;

export type LearnPhase = "templates" | "visits";

export interface LearnObserver {
  /** @param requests read so far in this phase */
  progress(phase: LearnPhase, requests: number): void;
}

/** A learned model and what could not be read. */
export interface Learned {
  readonly model: TrafficModel;
  readonly malformed: MalformedLines;
  readonly files: readonly LogFile[];
}

/** The log holds nothing that can be learned from. */
export class TrafficError extends PerfbedError {
  override readonly name = "TrafficError";
  constructor(message: string, hint: string) {
    super("PERFBED_TRAFFIC_NOTHING", ExitCode.Inconclusive, message, { hint });
  }
}

/**
 * Learns the traffic of access logs in two readings: first which text of the paths is fixed, then the visits.
 * @param keptLines of the lines that could not be read
 * @throws ConfigError when a file cannot be opened or is no log
 * @throws TrafficError when no visit is in the logs
 */
export async function learnTraffic(
  paths: readonly string[],
  settings: TrafficSettings,
  observer: LearnObserver,
  keptLines = 10,
): Promise<Learned> {
  const files = await inspectLogs(paths, settings.format, settings.reading);
  const malformed = new MalformedLines(keptLines);
  const found = await findTemplates(files, settings, malformed.listener, (requests) =>
    observer.progress("templates", requests),
  );
  const measure = await measureLogs(files, found.templates, found.resolutionSeconds, settings, (requests) =>
    observer.progress("visits", requests),
  );
  const curve = visitCurve(measure, found, malformed);
  return { files, malformed, model: modelOf(files, settings, found, measure, malformed, curve) };
}

function visitCurve(measure: TrafficMeasure, found: FoundTemplates, malformed: MalformedLines): MinuteCurve {
  const apart = [...found.setApart].map(([reason, count]) => `${count} ${reason}`);
  if (measure.sessions === 0) {
    throw new TrafficError(
      `There is no visit to learn from among ${found.requests} requests (${malformed.total} lines could not be read)`,
      apart.length === 0
        ? "Is it an access log, and of the format it was taken for? --format says which it is."
        : `Set apart: ${apart.join(", ")}. --include-static, --include-health and --include-bots count them.`,
    );
  }
  const minutes = [...measure.sessionsByMinute.keys()].sort((a, b) => a - b);
  const span = (minutes.at(-1) ?? 0) - (minutes[0] ?? 0);
  if (span > MOST_MINUTES) {
    throw new TrafficError(
      `The log's times span ${Math.round(span / 1440)} days`,
      "Learn from two years at most; a clock may have been wrong.",
    );
  }
  return minuteCurve(measure.sessionsByMinute) ?? { fromMs: 0, counts: [] };
}

/** Dispersion of the sessions begun in each second, from the minutes whose seconds were kept. */
export const dispersionOf = (measure: TrafficMeasure, resolutionOk = true): number | null =>
  resolutionOk
    ? indexOfDispersion([...measure.sessionsBySecond.values()].map((seconds) => [...seconds]))
    : null;

function modelOf(
  files: readonly LogFile[],
  settings: TrafficSettings,
  found: FoundTemplates,
  measure: TrafficMeasure,
  malformed: MalformedLines,
  curve: MinuteCurve,
): TrafficModel {
  const { templates } = found;
  const names = templates.steps.map(({ name }) => name);
  const peakPerMinute = percentile(curve.counts, settings.peakPercentile);
  const window = peakWindow(curve, settings.windowMinutes, peakPerMinute);
  const at = (percent: number): number => figures(percentile(curve.counts, percent));
  const mean = measure.sessions / Math.max(1, curve.counts.length);
  const { reading: _, format: __, ...kept } = settings;
  return {
    schemaVersion: TRAFFIC_MODEL_VERSION,
    madeBy: `perfbed ${packageVersion()}`,
    log: {
      files: files.length,
      formats: [...new Set(files.map(({ format }) => format))],
      from: new Date(found.fromMs).toISOString(),
      to: new Date(found.toMs).toISOString(),
      utcOffsetMinutes: found.utcOffsetMinutes,
      resolutionSeconds: found.resolutionSeconds,
      requests: found.requests,
      malformed: malformed.total,
      malformedByReason: Object.fromEntries(malformed.byReason),
    },
    settings: kept,
    requests: {
      steps: measure.requests,
      rare: measure.unmatched,
      setApart: Object.fromEntries(found.setApart),
      bots: Object.fromEntries(measure.botRequests),
    },
    sessions: {
      count: measure.sessions,
      byCookie: measure.sessionsByCookie,
      requestsPerSession: figures(measure.requests / measure.sessions),
      bots: Object.fromEntries(measure.botSessions),
      cutShort: measure.cutShort,
    },
    steps: templates.steps.flatMap((step, index) => {
      const made = stepOf(step, index, measure);
      return made.requests === 0 ? [] : [made];
    }),
    chain: chainModel(names, measure),
    arrivals: {
      perMinute: {
        mean: figures(mean),
        p50: at(50),
        p95: at(95),
        p99: at(99),
        max: curve.counts.reduce((max, count) => Math.max(max, count), 0),
      },
      peakPerMinute: figures(peakPerMinute),
      ...roundedShape(curve, found.utcOffsetMinutes),
      dispersion: nullable(dispersionOf(measure)),
      window: {
        from: new Date(curve.fromMs + window.first * 60_000).toISOString(),
        counts: curve.counts.slice(window.first, window.first + window.minutes),
      },
    },
  };
}

/** Six figures: more are noise, and nobody wants to read them. */
const figures = (value: number): number => Number(value.toPrecision(6));
const nullable = (value: number | null): number | null => (value === null ? null : figures(value));

function roundedShape(
  curve: MinuteCurve,
  offsetMinutes: number,
): { readonly hourOfDay: (number | null)[]; readonly dayOfWeek: (number | null)[] } {
  const shape = arrivalShape(curve, offsetMinutes);
  return { hourOfDay: shape.hourOfDay.map(nullable), dayOfWeek: shape.dayOfWeek.map(nullable) };
}

function chainModel(names: readonly string[], measure: TrafficMeasure): TrafficModel["chain"] {
  const chain = chainOf(measure.transitions);
  const visited = names.map((_, index) => (measure.stepRequests[index] ?? 0) > 0);
  const entry = Object.fromEntries(
    names.flatMap((name, index) => ((chain.entry[index] ?? 0) > 0 ? [[name, chain.entry[index] ?? 0]] : [])),
  );
  const transitions = names.flatMap((from, row) =>
    visited[row] !== true
      ? []
      : [...names, "exit"].flatMap((to, column) => {
          const count = measure.transitions.count(row, column);
          const probability =
            column === names.length ? (chain.exit[row] ?? 0) : (chain.transitions[row]?.[column] ?? 0);
          return count === 0 ? [] : [{ from, to, probability, count }];
        }),
  );
  return { entry, transitions };
}

function stepOf(step: TrafficStep, index: number, measure: TrafficMeasure): TrafficModelStep {
  const requests = measure.stepRequests[index] ?? 0;
  const pause = fitLognormal(measure.pauses[index]?.intervals() ?? []);
  return {
    name: step.name,
    method: step.method,
    path: step.template.text,
    placeholders: step.template.placeholders.map((placeholder, place) =>
      placeholderOf(placeholder, measure.places[index]?.[place]),
    ),
    parameters: parametersOf(index, measure),
    requests,
    share: figures(requests / Math.max(1, measure.requests)),
    thinkTime:
      pause === null
        ? null
        : {
            meanSeconds: figures(pause.meanSeconds),
            medianSeconds: figures(pause.medianSeconds),
            sigma: figures(pause.sigma),
            observations: pause.observations,
            distance: figures(pause.distance),
          },
  };
}

function placeholderOf(placeholder: Placeholder, counts: PlaceCounts | undefined): TrafficPlaceholder {
  const { name, kind, suffix } = placeholder;
  const range = counts?.items.range() ?? null;
  // Keys that are asked for once or twice each, such as carts, have an owner and no popularity.
  const shared =
    counts !== undefined &&
    (kind === "number" || kind === "slug" || counts.items.requests >= 3 * counts.items.items);
  const fit = shared ? fitZipf(counts.items.counts()) : null;
  return {
    name,
    kind,
    suffix,
    items: counts?.items.items ?? 0,
    range: kind === "number" && range !== null ? roundedRange(range.min, range.max) : null,
    popularity:
      fit === null
        ? null
        : {
            exponent: figures(fit.exponent),
            ranks: fit.ranks,
            observations: fit.observations,
            distance: figures(fit.distance),
          },
    values: kind === "slug" ? [...(counts?.told?.top(MOST_TOLD) ?? [])] : [],
  };
}

function parametersOf(index: number, measure: TrafficMeasure): TrafficParameter[] {
  const requests = Math.max(1, measure.stepRequests[index] ?? 0);
  return (measure.queries[index]?.told() ?? []).flatMap(([name, counts]) => {
    // Bots that were told apart later are among the counts.
    const share = Math.min(1, counts.requests / requests);
    return share < SMALLEST_PARAMETER_SHARE
      ? []
      : [
          {
            name,
            share: figures(share),
            range: counts.range(),
            values: [...(counts.told?.top(MOST_TOLD) ?? [])],
          },
        ];
  });
}

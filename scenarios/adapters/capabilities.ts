import type { Problem } from "../../core/errors";
import type { Check, Extraction, Feeder, HttpRequest, Journey, Step, ThinkTime, Workload } from "../model";

/** How a tool does something of the model: with its own means, with what perfbed adds, or not at all (and why). */
export type Support =
  | { readonly how: "native"; readonly by?: string }
  | { readonly how: "emulated"; readonly by: string }
  | { readonly how: "refused"; readonly why: string };

export const native = (by?: string): Support =>
  by === undefined ? { how: "native" } : { how: "native", by };
export const emulated = (by: string): Support => ({ how: "emulated", by });
export const refused = (why: string): Support => ({ how: "refused", why });

/**
 * What a tool can do of the model. Complete by type: a kind or a field that is added to the model does not compile until every tool
 * says what becomes of it.
 */
export interface ToolCapabilities {
  /** Arrivals that do not wait for responses. */
  readonly arrivals: Support;
  readonly feeders: Readonly<Record<Feeder["kind"], Support>>;
  readonly extractions: Readonly<Record<Extraction["kind"], Support>>;
  readonly checks: Readonly<Record<Check["kind"], Support>>;
  readonly thinkTimes: Readonly<Record<ThinkTime["distribution"], Support>>;
  readonly workload: Readonly<Record<keyof Workload, Support>>;
  readonly journey: Readonly<Record<keyof Journey, Support>>;
  readonly step: Readonly<Record<keyof Step, Support>>;
  readonly request: Readonly<Record<keyof HttpRequest, Support>>;
}

const KNOWN = native();

/** Of the model's fields, those that every tool handles; a tool spreads it and says what is different. */
export const COMMON_FIELDS: Pick<ToolCapabilities, "workload" | "journey" | "step" | "request"> = {
  workload: {
    scenario: KNOWN,
    description: KNOWN,
    seed: KNOWN,
    warmup: KNOWN,
    arrival: KNOWN,
    journeys: KNOWN,
    slos: KNOWN,
    abortErrorRatio: KNOWN,
    script: KNOWN,
    parameters: KNOWN,
  },
  journey: { name: KNOWN, weight: KNOWN, feeders: KNOWN, steps: KNOWN },
  step: { name: KNOWN, request: KNOWN, checks: KNOWN, extract: KNOWN, thinkTime: KNOWN },
  request: { method: KNOWN, path: KNOWN, headers: KNOWN, body: KNOWN, timeoutSeconds: KNOWN },
};

/** Fields that are set, by path, and what the tool makes of them. */
function fieldProblems(
  title: string,
  at: string,
  value: object,
  table: Readonly<Record<string, Support>>,
): readonly Problem[] {
  return Object.entries(value).flatMap(([field, set]) => {
    if (set === undefined) return [];
    const support = table[field] ?? refused("it does not know this field");
    return support.how === "refused"
      ? [problem(title, at === "" ? field : `${at}.${field}`, set, support.why)]
      : [];
  });
}

function problem(title: string, field: string, value: unknown, why: string): Problem {
  return {
    field,
    ...(typeof value === "object" ? {} : { value }),
    allowed: `something that ${title} can do`,
    hint: `${title} cannot: ${why}. k6 can (--tool k6).`,
  };
}

function kindProblems<Kind extends string>(
  title: string,
  at: string,
  kind: Kind,
  table: Readonly<Record<Kind, Support>>,
): readonly Problem[] {
  const support = table[kind];
  return support.how === "refused" ? [problem(title, at, kind, support.why)] : [];
}

/** Everything of a workload that a tool refuses, each with the path of its field. */
export function unsupported(title: string, can: ToolCapabilities, workload: Workload): readonly Problem[] {
  return [
    ...fieldProblems(title, "", workload, can.workload),
    ...workload.journeys.flatMap((journey, j) => {
      const at = `journeys[${j}]`;
      return [
        ...fieldProblems(title, at, journey, can.journey),
        ...(journey.feeders ?? []).flatMap((feeder, f) =>
          kindProblems(title, `${at}.feeders[${f}].kind`, feeder.kind, can.feeders),
        ),
        ...journey.steps.flatMap((step, s) => stepProblems(title, `${at}.steps[${s}]`, step, can)),
      ];
    }),
  ];
}

function stepProblems(title: string, at: string, step: Step, can: ToolCapabilities): readonly Problem[] {
  return [
    ...fieldProblems(title, at, step, can.step),
    ...fieldProblems(title, `${at}.request`, step.request, can.request),
    ...(step.checks ?? []).flatMap((check, c) =>
      kindProblems(title, `${at}.checks[${c}].kind`, check.kind, can.checks),
    ),
    ...(step.extract ?? []).flatMap((extraction, e) =>
      kindProblems(title, `${at}.extract[${e}].kind`, extraction.kind, can.extractions),
    ),
    ...(step.thinkTime === undefined
      ? []
      : kindProblems(title, `${at}.thinkTime.distribution`, step.thinkTime.distribution, can.thinkTimes)),
  ];
}

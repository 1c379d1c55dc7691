import type { Problem } from "../../core/errors";
import type { Executor } from "../executor";
import {
  type Check,
  type Extraction,
  type Feeder,
  type FeederScope,
  type HttpRequest,
  type HttpStep,
  isHttpStep,
  type Journey,
  type Pick as PickOf,
  type Step,
  type TableMode,
  type ThinkTime,
  type Workload,
} from "../model";

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
  /** Who starts visits in place of the arrival curve. */
  readonly executors: Readonly<Record<Executor["kind"], Support>>;
  readonly feeders: Readonly<Record<Feeder["kind"], Support>>;
  /** How rows of a table are given out. */
  readonly tables: Readonly<Record<TableMode, Support>>;
  /** When a feeder's value is drawn. */
  readonly scopes: Readonly<Record<FeederScope, Support>>;
  readonly extractions: Readonly<Record<Extraction["kind"], Support>>;
  /** Which of several found values is taken. */
  readonly picks: Readonly<Record<PickOf, Support>>;
  readonly checks: Readonly<Record<Check["kind"], Support>>;
  readonly thinkTimes: Readonly<Record<ThinkTime["distribution"], Support>>;
  readonly workload: Readonly<Record<keyof Workload, Support>>;
  readonly journey: Readonly<Record<keyof Journey, Support>>;
  /** Kinds of steps. */
  readonly steps: Readonly<Record<NonNullable<Step["kind"]>, Support>>;
  readonly step: Readonly<Record<keyof HttpStep, Support>>;
  readonly request: Readonly<Record<keyof HttpRequest, Support>>;
  readonly cookies: Readonly<Record<NonNullable<Workload["cookies"]>, Support>>;
  readonly setup: Readonly<Record<NonNullable<Workload["setup"]>["per"], Support>>;
  /** Beside the model: nothing in a workload asks for it. */
  readonly http2: Support;
  readonly browser: Support;
}

const KNOWN = native();

/** Of the model, what every tool handles; a tool spreads it and says what is different. */
export const COMMON_FIELDS: Pick<ToolCapabilities, "workload" | "journey" | "step" | "request"> = {
  workload: {
    scenario: KNOWN,
    description: KNOWN,
    seed: KNOWN,
    warmup: KNOWN,
    arrival: KNOWN,
    executor: KNOWN,
    journeys: KNOWN,
    slos: KNOWN,
    abortErrorRatio: KNOWN,
    cookies: KNOWN,
    setup: KNOWN,
    script: KNOWN,
    parameters: KNOWN,
  },
  journey: { name: KNOWN, weight: KNOWN, feeders: KNOWN, steps: KNOWN, chain: KNOWN },
  step: {
    name: KNOWN,
    kind: KNOWN,
    request: KNOWN,
    checks: KNOWN,
    extract: KNOWN,
    thinkTime: KNOWN,
    endpoint: KNOWN,
  },
  request: {
    method: KNOWN,
    path: KNOWN,
    headers: KNOWN,
    body: KNOWN,
    multipart: KNOWN,
    timeoutSeconds: KNOWN,
  },
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
  const { executor, cookies, setup } = workload;
  return [
    ...fieldProblems(title, "", workload, can.workload),
    ...(executor === undefined ? [] : kindProblems(title, "executor.kind", executor.kind, can.executors)),
    ...(cookies === undefined ? [] : kindProblems(title, "cookies", cookies, can.cookies)),
    ...(setup === undefined ? [] : kindProblems(title, "setup.per", setup.per, can.setup)),
    ...(setup?.steps ?? []).flatMap((step, s) => stepProblems(title, `setup.steps[${s}]`, step, can)),
    ...workload.journeys.flatMap((journey, j) => {
      const at = `journeys[${j}]`;
      return [
        ...fieldProblems(title, at, journey, can.journey),
        ...(journey.feeders ?? []).flatMap((feeder, f) =>
          feederProblems(title, `${at}.feeders[${f}]`, feeder, can),
        ),
        ...journey.steps.flatMap((step, s) => stepProblems(title, `${at}.steps[${s}]`, step, can)),
      ];
    }),
  ];
}

function feederProblems(
  title: string,
  at: string,
  feeder: Feeder,
  can: ToolCapabilities,
): readonly Problem[] {
  return [
    ...kindProblems(title, `${at}.kind`, feeder.kind, can.feeders),
    ...(feeder.per === undefined ? [] : kindProblems(title, `${at}.per`, feeder.per, can.scopes)),
    ...(feeder.kind === "table" ? kindProblems(title, `${at}.mode`, feeder.mode, can.tables) : []),
  ];
}

function stepProblems(title: string, at: string, step: Step, can: ToolCapabilities): readonly Problem[] {
  const http = isHttpStep(step);
  return [
    ...kindProblems(title, `${at}.kind`, step.kind ?? "http", can.steps),
    ...(http
      ? [
          ...fieldProblems(title, at, step, can.step),
          ...fieldProblems(title, `${at}.request`, step.request, can.request),
          ...(step.checks ?? []).flatMap((check, c) =>
            kindProblems(title, `${at}.checks[${c}].kind`, check.kind, can.checks),
          ),
        ]
      : []),
    ...(step.kind === "websocket" ? [] : (step.extract ?? [])).flatMap((extraction, e) => [
      ...kindProblems(title, `${at}.extract[${e}].kind`, extraction.kind, can.extractions),
      ...("pick" in extraction && extraction.pick !== undefined
        ? kindProblems(title, `${at}.extract[${e}].pick`, extraction.pick, can.picks)
        : []),
    ]),
    ...(step.thinkTime === undefined
      ? []
      : kindProblems(title, `${at}.thinkTime.distribution`, step.thinkTime.distribution, can.thinkTimes)),
  ];
}

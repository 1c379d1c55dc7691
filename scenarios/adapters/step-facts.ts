import { type Check, type HttpRequest, type HttpStep, isHttpStep, type Journey, type Step } from "../model";
import { thinkSeconds } from "../plan";

export const DEFAULT_TIMEOUT_SECONDS = 10;
const LONGEST_GRACE_SECONDS = 60;

/** How long iterations under way are waited for when the curve ends: enough for a slow visit to come to its end or to time out. */
export function gracefulStopSeconds(journeys: readonly Journey[]): number {
  const longest = Math.max(
    0,
    ...journeys.map((journey) => 2 * thinkSeconds(journey) + 2 * longestTimeout(journey)),
  );
  return Math.min(LONGEST_GRACE_SECONDS, Math.ceil(longest));
}

/** The steps of a journey for tools that make HTTP requests alone; others have been refused before. */
export const httpSteps = (journey: Journey): readonly HttpStep[] => journey.steps.filter(isHttpStep);

/** Longest timeout of a journey's requests, seconds. */
export function longestTimeout(journey: Journey): number {
  return Math.max(
    ...httpSteps(journey).map((step) => step.request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS),
  );
}

/** Statuses that every status check of the step accepts; undefined where the default holds (200..399). */
export function expectedStatuses(checks: readonly Check[]): readonly number[] | undefined {
  const sets = checks.flatMap((check) => (check.kind === "status" ? [check.statuses] : []));
  return sets[0]?.filter((status) => sets.every((set) => set.includes(status)));
}

export function isJsonBody({ headers = {} }: HttpRequest): boolean {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type");
  return type === undefined || /json/i.test(type[1]);
}

/** Headers of the request; a body is JSON unless the step says otherwise. */
export function headersOf({ headers = {}, body }: HttpRequest): Readonly<Record<string, string>> {
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  return body === undefined || typed ? headers : { "content-type": "application/json", ...headers };
}

/** Every template of a step, for what it uses. */
export function templatesOf(step: Step): readonly string[] {
  if (isHttpStep(step)) {
    const { path, headers, body, multipart = [] } = step.request;
    const fields = multipart.flatMap((part) => (part.kind === "field" ? [part.value] : []));
    return [path, ...Object.values(headers ?? {}), ...(body === undefined ? [] : [body]), ...fields];
  }
  if (step.kind === "grpc") return [step.message, ...Object.values(step.metadata ?? {})];
  return [
    step.path,
    ...Object.values(step.headers ?? {}),
    ...step.exchanges.flatMap(({ send, until }) => [send, ...(until === undefined ? [] : [until])]),
  ];
}

/** `add-item` as `AddItem`. */
export function pascalCase(name: string): string {
  const joined = name
    .split("-")
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

/** One line, for comments. */
export const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, " ");

/** A rate as it is written: without the noise of its last digits. */
export const rateText = (value: number): string => String(Number(value.toPrecision(12)));

import type { TrafficModelStep, TrafficParameter, TrafficPlaceholder } from "../model";

/** A value of a request that changes: how a scenario draws it, and how it is written into the path. */
export interface DrawnValue {
  /** Name of the variable. */
  readonly name: string;
  /** Source text of the feeder, without its name. */
  readonly feeder: string;
  /** Text with the variable in it: `item-${name}`. */
  readonly text: string;
  /** What the user has to know; null when the value is good as it is. */
  readonly note: string | null;
}

/** Keys of carts, orders and sessions: whoever sends them must have been given them. */
export const isOwned = ({ kind }: TrafficPlaceholder): boolean =>
  kind === "uuid" || kind === "hash" || kind === "token";

/** Exponent where there were too few requests to fit one; 0 is not allowed, and this is next to none. */
const FLAT = 0.01;

const q = (text: string): string => JSON.stringify(text);

function choice(values: readonly { readonly value: string; readonly requests: number }[]): string {
  const total = values.reduce((sum, { requests }) => sum + requests, 0);
  const weights = values.map(({ requests }) => Number((requests / total).toPrecision(3)));
  return `kind: "choice", values: [${values.map(({ value }) => q(value)).join(", ")}], weights: [${weights.join(", ")}]`;
}

function zipf(min: number, items: number, exponent: number | undefined): string {
  const max = min + Math.max(1, items) - 1;
  return exponent === undefined || exponent < FLAT
    ? `kind: "random-int", min: ${min}, max: ${max}`
    : `kind: "zipf", min: ${min}, max: ${max}, exponent: ${Number(exponent.toPrecision(3))}`;
}

/** The value at a varying place of a path. @param name of the variable, unique in the scenario */
export function placeholderValue(placeholder: TrafficPlaceholder, name: string, logDay: string): DrawnValue {
  const { kind, suffix, items, popularity, range, values } = placeholder;
  const exponent = popularity?.exponent;
  const variable = `\${${name}}`;
  const drawn = (feeder: string, text: string, note: string | null): DrawnValue => ({
    name,
    feeder,
    text: `${text}${suffix}`,
    note,
  });
  if (values.length > 0) return drawn(choice(values), variable, null);
  switch (kind) {
    case "number":
      return drawn(
        zipf(range?.min ?? 1, items, exponent),
        variable,
        `${items} different numbers were asked for, the highest near ${range?.max ?? items}. Make sure that these exist.`,
      );
    case "slug":
      return drawn(
        zipf(1, items, exponent),
        `item-${variable}`,
        `${items} different names were asked for; these are made up. Put your own here, or learn with --keep-values.`,
      );
    case "email":
      return drawn(zipf(1, items, exponent), `user-${variable}%40example.invalid`, "Made-up addresses.");
    case "date":
      return drawn(`kind: "choice", values: [${q(logDay)}]`, variable, "The last day of the log.");
    case "uuid":
    case "hash":
    case "token": {
      const value = kind === "uuid" ? "00000000-0000-4000-8000-000000000000" : "0".repeat(16);
      return drawn(
        `kind: "choice", values: [${q(value)}]`,
        variable,
        "Not learned, because it may belong to somebody. Extract it from the answer of an earlier step, or put values of your own here.",
      );
    }
  }
}

/** The value of a query parameter. */
export function parameterValue(parameter: TrafficParameter, name: string): DrawnValue {
  const { range, values } = parameter;
  const variable = `\${${name}}`;
  if (values.length > 0) return { name, feeder: choice(values), text: variable, note: null };
  if (range !== null) {
    return {
      name,
      feeder: `kind: "random-int", min: ${range.min}, max: ${range.max}`,
      text: variable,
      note: null,
    };
  }
  return {
    name,
    feeder: 'kind: "choice", values: ["value"]',
    text: variable,
    note: "Values of queries are not learned, because they may be personal. Put your own here, or learn with --keep-values.",
  };
}

/** Parameters that belong to most requests of a step. */
export const usualParameters = (step: TrafficModelStep): readonly TrafficParameter[] =>
  step.parameters.filter(({ share }) => share >= 0.5);

import type { ComparisonReport } from "./comparison/model";
import type { ReportData } from "./model";

/** The key that tells a reader how to read the rest stands first; all others follow the alphabet. */
const FIRST_KEY = "schemaVersion";

function canonical(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a === FIRST_KEY ? -1 : b === FIRST_KEY ? 1 : a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, entry]) => [key, canonical(entry)]));
}

/**
 * The whole data object as JSON, two spaces deep, with a line feed at the end. Keys are in a fixed order, so two reports can be compared
 * line by line; numbers that are not finite become null. `schemaVersion` says which shape it is.
 */
export function renderJson(data: ReportData | ComparisonReport): string {
  return `${JSON.stringify(canonical(data), null, 2)}\n`;
}

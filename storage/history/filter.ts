import { literal } from "../engine";
import { FILTER_KEYS } from "./columns";
import type { HistoryFilter } from "./model";

/** The filter as a condition of DuckDB. */
export function duckdbCondition(filter: HistoryFilter): string {
  const conditions = FILTER_KEYS.flatMap((key) => {
    const value = filter[key];
    return value === undefined ? [] : [`${key} = ${literal(value)}`];
  });
  if (filter.sinceUs !== undefined) conditions.push(`atUs >= ${Math.round(filter.sinceUs)}`);
  return conditions.length === 0 ? "true" : conditions.join(" AND ");
}

/** The filter as a condition of PostgreSQL with its values; `column` gives the name of a field. */
export function postgresCondition(
  filter: HistoryFilter,
  column: (field: string) => string,
): { readonly text: string; readonly values: readonly (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  for (const key of FILTER_KEYS) {
    const value = filter[key];
    if (value === undefined) continue;
    values.push(value);
    conditions.push(`${column(key)} = $${values.length}`);
  }
  if (filter.sinceUs !== undefined) {
    values.push(Math.round(filter.sinceUs));
    conditions.push(`${column("atUs")} >= $${values.length}`);
  }
  return { text: conditions.length === 0 ? "true" : conditions.join(" AND "), values };
}

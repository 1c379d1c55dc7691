import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { ConfigError } from "../core/errors";

/** Rows of a CSV or JSON file. Every value as text, as it stands in the file. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

function refuse(file: string, allowed: string, hint?: string): ConfigError {
  return new ConfigError("The table cannot be read", [
    { field: "file", value: file, allowed, ...(hint === undefined ? {} : { hint }) },
  ]);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function csvTable(file: string, text: string): Table {
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: false });
  } catch (error) {
    throw refuse(file, "CSV with a header line and as many values in every line", messageOf(error));
  }
  const [columns = [], ...rows] = lines;
  if (new Set(columns).size < columns.length) throw refuse(file, "column names that are all different");
  return {
    columns,
    rows: rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? ""]))),
  };
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function jsonTable(file: string, text: string): Table {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refuse(file, "JSON: an array of flat objects", messageOf(error));
  }
  const allowed = "an array of flat objects with the same fields of text, numbers or booleans";
  if (!Array.isArray(parsed)) throw refuse(file, allowed);
  let columns: readonly string[] | undefined;
  const rows = parsed.map((row: unknown, index) => {
    const fields = typeof row === "object" && row !== null && !Array.isArray(row) ? Object.entries(row) : [];
    columns ??= fields.map(([name]) => name);
    const values = new Map<string, unknown>(fields);
    const texts = columns.map((column): [string, string] => {
      const value = values.get(column);
      if (!isPlain(value)) throw refuse(file, allowed, `Element ${index} has no such value for ${column}.`);
      return [column, String(value)];
    });
    if (fields.length !== columns.length || fields.length === 0) {
      throw refuse(file, allowed, `Element ${index} has other fields than the first.`);
    }
    return Object.fromEntries(texts);
  });
  return { columns: columns ?? [], rows };
}

/**
 * Reads a table whole.
 * @throws ConfigError when there is no such file or it is not a table
 */
export function readTable(file: string): Table {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw refuse(file, "a file that can be read", messageOf(error));
  }
  return file.toLowerCase().endsWith(".json") ? jsonTable(file, text) : csvTable(file, text);
}

import type { Feeder, TableFeeder } from "../model";
import { checkVariable, type Report } from "./report";

function checkTable(report: Report, field: string, table: TableFeeder): void {
  if (!/\.(csv|json)$/i.test(table.file)) report(`${field}.file`, table.file, "a .csv or .json file");
  if (table.per === "step") {
    report(`${field}.per`, table.per, "visit or user", "A row stays the same for the whole visit.");
  }
  if (table.rowCount === 0) report(`${field}.file`, table.file, "a file with at least one row");
  for (const column of table.columns ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(column)) {
      report(
        `${field}.file`,
        column,
        "columns named with letters, digits and underscores",
        `Rename the column in ${table.file}.`,
      );
    }
  }
}

/** Names that templates may use of a feeder. */
export function feederVariables(feeder: Feeder): readonly string[] {
  if (feeder.kind !== "table") return [feeder.name];
  return (feeder.columns ?? []).map((column) => `${feeder.name}.${column}`);
}

export function checkFeeder(report: Report, field: string, feeder: Feeder): void {
  checkVariable(report, `${field}.name`, feeder.name);
  if (feeder.name === "setup" || feeder.name === "env") {
    report(`${field}.name`, feeder.name, "another name: setup and env have a meaning of their own");
  }
  switch (feeder.kind) {
    case "random-int":
    case "zipf":
      if (!Number.isSafeInteger(feeder.min)) report(`${field}.min`, feeder.min, "an integer");
      if (!Number.isSafeInteger(feeder.max)) report(`${field}.max`, feeder.max, "an integer");
      if (feeder.max < feeder.min || feeder.max - feeder.min >= 2 ** 32) {
        report(`${field}.max`, feeder.max, "at least min, and less than 2^32 above it");
      }
      if (feeder.kind === "zipf" && !(feeder.exponent > 0 && feeder.exponent <= 10)) {
        report(`${field}.exponent`, feeder.exponent, "above 0, at most 10");
      }
      return;
    case "choice": {
      if (feeder.values.length === 0) report(`${field}.values`, feeder.values, "at least one value");
      const weights = feeder.weights;
      if (weights === undefined) return;
      if (weights.length !== feeder.values.length) {
        report(`${field}.weights`, weights, `${feeder.values.length} numbers, one a value`);
      }
      if (weights.some((w) => !Number.isFinite(w) || w < 0) || !weights.some((w) => w > 0)) {
        report(`${field}.weights`, weights, "numbers of at least 0, one of them above 0");
      }
      return;
    }
    case "table":
      checkTable(report, field, feeder);
      return;
    case "unique-id":
      return;
  }
}

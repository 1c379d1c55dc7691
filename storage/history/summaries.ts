import type { Row } from "../engine";
import type { HistoryRunSummary } from "./model";

const FACTS = [
  "side",
  "replicate",
  "atUs",
  "application",
  "version",
  "target",
  "sizing",
  "scenario",
  "parametersHash",
  "verdict",
  "valid",
];

/** One row a run, in time order. */
export function summarySql(source: string, condition: string): string {
  const facts = FACTS.map((name) => `any_value(${name}) AS ${name}`).join(", ");
  return `
    SELECT campaign, run, ${facts}, count(*) AS figures
    FROM (SELECT * FROM ${source} WHERE ${condition}) GROUP BY campaign, run
    ORDER BY atUs, campaign, replicate, run`;
}

export function readSummary(row: Row): HistoryRunSummary {
  return {
    campaign: row.text("campaign"),
    run: row.text("run"),
    side: row.text("side"),
    replicate: row.number("replicate"),
    atUs: row.number("atUs"),
    application: row.text("application"),
    version: row.text("version"),
    target: row.text("target"),
    sizing: row.text("sizing"),
    scenario: row.text("scenario"),
    parametersHash: row.text("parametersHash"),
    verdict: row.text("verdict"),
    valid: row.boolean("valid"),
    figures: row.number("figures"),
  };
}

import type { SloResult } from "../analysis/model";
import { formatMs, formatPercent, NO_BREAK_SPACE, NOT_ENOUGH_DATA, quantileName } from "./format";
import type { ReportData } from "./model";
import { oneLine } from "./text";

/** Words for one judged objective, shared by all report formats. */
export interface ObjectiveText {
  readonly journey: string;
  /** `P95 latency`, `error ratio`. */
  readonly what: string;
  /** `at most 250 ms`. */
  readonly limit: string;
  readonly measured: string;
  /** How far inside or outside: `31 % below`, `12 % above`; empty when it cannot be told. */
  readonly margin: string;
  readonly status: "met" | "broken" | "not enough data";
}

const marginText = (slo: SloResult): string => {
  const { measured, threshold } = slo;
  if (measured === null || !Number.isFinite(measured)) return "";
  if (threshold === 0) return measured === 0 ? "at limit" : "above";
  const ratio = measured / threshold;
  if (ratio >= 2) return `${formatTimes(ratio)} the limit`;
  const share = Math.abs(ratio - 1);
  if (share < 0.0005) return "at limit";
  if (ratio > 0 && share > 0.99 && ratio < 1) return `>99${NO_BREAK_SPACE}% below`;
  return `${formatPercent(Number(share.toPrecision(2)))} ${ratio > 1 ? "above" : "below"}`;
};

const formatTimes = (ratio: number): string =>
  `${ratio >= 100 ? Math.round(ratio) : Number(ratio.toPrecision(2))}×`;

export function objectiveText(slo: SloResult): ObjectiveText {
  const isLatency = slo.kind === "latency";
  const value = (figure: number): string => (isLatency ? formatMs(figure) : formatPercent(figure));
  const known = slo.measured !== null && Number.isFinite(slo.measured);
  return {
    journey: oneLine(slo.journey) || "every journey",
    what: isLatency
      ? `${slo.quantile === null ? "" : `${quantileName(slo.quantile)} `}latency`
      : "error ratio",
    limit: `at most ${value(slo.threshold)}`,
    measured:
      known && slo.measured !== null
        ? value(slo.measured)
        : slo.status === "broken"
          ? "failed requests"
          : NOT_ENOUGH_DATA,
    margin: marginText(slo),
    status: slo.status === "not-enough-data" ? "not enough data" : slo.status,
  };
}

/** `5 of 6 objectives met`, naming what could not be judged. */
export function objectivesSummary({ slos, verdict }: Pick<ReportData, "slos" | "verdict">): string {
  if (verdict.kind === "invalid" && slos.length > 0) return "none judged: the measurement is invalid";
  if (slos.length === 0) return "no objectives set";
  const met = slos.filter(({ status }) => status === "met").length;
  const unknown = slos.filter(({ status }) => status === "not-enough-data").length;
  const text = `${met} of ${slos.length} objectives met`;
  return unknown === 0 ? text : `${text}, ${unknown} with not enough data`;
}

import type { ThinkTime } from "../model";
import type { Report } from "./report";

export function checkThinkTime(report: Report, field: string, think: ThinkTime): void {
  const seconds = (name: string, value: number | undefined, required: boolean): void => {
    if (value === undefined) {
      if (required) report(`${field}.${name}`, undefined, `seconds; ${think.distribution} needs it`);
    } else if (!Number.isFinite(value) || value < 0) {
      report(`${field}.${name}`, value, "seconds, at least 0");
    }
  };
  const uniform = think.distribution === "uniform";
  seconds("meanSeconds", think.meanSeconds, !uniform);
  seconds("minSeconds", think.minSeconds, uniform);
  seconds("maxSeconds", think.maxSeconds, uniform);
  if ((think.minSeconds ?? 0) > (think.maxSeconds ?? Number.POSITIVE_INFINITY)) {
    report(`${field}.minSeconds`, think.minSeconds, "at most maxSeconds");
  }
  if (think.distribution === "lognormal" && !((think.sigma ?? -1) >= 0 && (think.sigma ?? 0) <= 3)) {
    report(`${field}.sigma`, think.sigma, "0..3; lognormal needs it");
  }
}

import type { ValidityFinding } from "../../analysis/model";
import type { ControlComparison } from "../../report/comparison/model";
import type { Replicate } from "./replicate";

/** P50 of the control after / before, either way. */
export const DRIFT_LIMITS = { warning: 1.25, invalid: 1.6 } as const;

const percent = (ratio: number): string =>
  `${ratio >= 1 ? "+" : "−"}${Math.abs((ratio - 1) * 100).toFixed(1)} %`;

const p50 = (replicate: Replicate, journey: string): number | null =>
  replicate.journeys
    .find((one) => one.journey === journey)
    ?.quantiles.find(({ probability }) => probability === 0.5)?.valueMs ?? null;

/**
 * How far the control measurement moved between the start and the end: the geometric mean of the ratios of the journeys' P50. The
 * pairs are compared within minutes of each other and do not suffer from a slow drift; a large one means that something else changed.
 */
export function controlDrift(
  before: Replicate | undefined,
  after: Replicate | undefined,
): { readonly control: ControlComparison | null; readonly findings: readonly ValidityFinding[] } {
  if (before === undefined || after === undefined) return { control: null, findings: [] };
  const logs = before.journeys.flatMap(({ journey }) => {
    const [from, to] = [p50(before, journey), p50(after, journey)];
    return from === null || to === null || from <= 0 || to <= 0 ? [] : [Math.log(to / from)];
  });
  if (logs.length === 0) {
    return { control: { ratio: null, text: "The control measurement has no P50 to compare." }, findings: [] };
  }
  const ratio = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  const size = Math.max(ratio, 1 / ratio);
  const text = `the control load was answered ${percent(ratio)} at P50 after the last pair against before the first`;
  const severity =
    size > DRIFT_LIMITS.invalid ? "invalid" : size > DRIFT_LIMITS.warning ? "warning" : undefined;
  return {
    control: { ratio, text: `${text.charAt(0).toUpperCase()}${text.slice(1)}.` },
    findings:
      severity === undefined
        ? []
        : [
            {
              code: "environment-drift",
              severity,
              text: `${text}: environment or machine changed meanwhile`,
              measured: ratio,
              limit: DRIFT_LIMITS[severity],
            },
          ],
  };
}

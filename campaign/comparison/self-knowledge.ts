import { type FalseAlarms, planPairs } from "../../analysis/comparison";
import { quantileLabel } from "../../analysis/verdict";
import { calibrationFigures } from "./calibration-figures";
import type { CalibrationRecord } from "./calibration-model";
import type { Replicate } from "./replicate";
import type { StoredComparison } from "./stored";

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

const alarmText = ({ alarms, comparisons, rate, interval }: FalseAlarms, what: string): string =>
  `${alarms} of ${comparisons} ${what} (${percent(rate)}, 95 % interval ${percent(interval.lower)} to ${percent(interval.upper)})`;

type KnownNoise = Omit<
  CalibrationRecord,
  "schemaVersion" | "key" | "campaignId" | "scenario" | "sizing" | "machine"
>;

/** What is known of the noise, a sentence each: false alarms, spread, smallest slowdown that is seen, and pairs to see the threshold. */
export function calibrationSentences(record: KnownNoise, pairs: number): readonly string[] {
  const { calibration, separate, campaigns, gatingQuantile } = record;
  const label = quantileLabel(gatingQuantile);
  const spreads = calibration.journeys.flatMap(({ journey, quantiles }) => {
    const own = quantiles.find(({ probability }) => probability === gatingQuantile);
    return own === undefined || own.betweenRunSd === null
      ? []
      : [{ journey, ...own, runSd: own.betweenRunSd }];
  });
  const noisiest = spreads.reduce<(typeof spreads)[number] | undefined>(
    (worst, one) => (worst === undefined || (one.pairSd ?? 0) > (worst.pairSd ?? 0) ? one : worst),
    undefined,
  );
  const plan =
    noisiest === undefined
      ? undefined
      : planPairs({
          effect: record.threshold,
          sd: noisiest.pairSd ?? noisiest.runSd * Math.SQRT2,
          alpha: record.alpha,
          power: record.power,
          tests: record.tests,
          method: record.method,
          minutesPerPair: record.minutesPerPair,
        });
  return [
    `Calibrated ${record.madeAt.slice(0, 10)} with ${record.runs} runs of ${record.application} against itself.`,
    ...(calibration.falseAlarms === null
      ? [calibration.note]
      : [
          `False alarms: ${alarmText(calibration.falseAlarms, `comparisons of ${calibration.pairs} pairs, by re-pairing those runs`)}.`,
        ]),
    ...(separate === null
      ? []
      : [
          `In ${campaigns.length} separate A/A ${campaigns.length === 1 ? "campaign" : "campaigns"}: ${alarmText(separate, "journey verdicts")}.`,
        ]),
    ...spreads.map(
      ({ journey, runSd, detectable, caught }) =>
        `${journey}: ${label} differs by ${percent(Math.expm1(runSd))} between runs (one standard deviation); ${
          detectable === null
            ? "too few pairs to see anything"
            : `${calibration.pairs} pairs see +${percent(detectable)}${caught === null ? "" : ` and call +${percent(caught)} a regression`}, each with ${percent(record.power)} power`
        }.`,
    ),
    ...(plan === undefined || noisiest === undefined
      ? []
      : [
          `${plan.text.replace(/\.$/, "")} (on ${noisiest.journey}, the noisiest journey; ${pairs} are planned).`,
        ]),
  ];
}

/** What is known of the noise when a comparison is judged: from an earlier calibration, or, of a calibration, from its own runs. */
export function selfKnowledge(
  stored: StoredComparison,
  used: ReadonlyMap<number, readonly Replicate[]>,
): readonly string[] {
  if (stored.kind === "calibration" && used.size > 0) {
    const { settings, minutesPerPair, startedAt, sides } = stored;
    return calibrationSentences(
      {
        ...settings,
        minutesPerPair,
        madeAt: startedAt,
        application: sides[0]?.application.name ?? "",
        campaigns: [],
        separate: null,
        ...calibrationFigures(stored, used),
      },
      stored.rounds,
    );
  }
  return stored.calibration === null
    ? [
        "Not calibrated here: false-alarm rate and smallest detectable slowdown are unknown. Run perfbed calibrate.",
      ]
    : calibrationSentences(stored.calibration, stored.rounds);
}

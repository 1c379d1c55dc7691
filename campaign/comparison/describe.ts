import { quantileLabel } from "../../analysis/verdict";
import { arrivalsTotal, peakRate, totalSeconds } from "../../scenarios/arrival";
import { describePlannedTiers } from "../describe";
import type { CalibrationRecord } from "./calibration-model";
import type { ComparisonPlan } from "./model";
import { calibrationSentences } from "./self-knowledge";

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** What `--dry-run` prints: sides, order, length, and what such a comparison can see. */
export function describeComparison(plan: ComparisonPlan, calibration: CalibrationRecord | null): string {
  const [first] = plan.sides;
  if (first === undefined) return "";
  const { workload } = first;
  const { settings, estimate } = plan;
  const unit = plan.order[0]?.length === 2 ? "pair" : "round";
  return [
    ...plan.sides.flatMap((side) => [
      `Side         ${side.name}: ${side.label}, sizing ${side.environment.sizing.name}, environment ${side.environment.environmentId}`,
      ...describePlannedTiers(side.environment, side.tool).map(
        ({ tier, text }) => `  ${tier.padEnd(10)} ${text}`,
      ),
    ]),
    `Scenario     ${workload.scenario}: ${workload.description}`,
    `  replicate  ${totalSeconds(workload.arrival)} s after ${totalSeconds(workload.warmup)} s of warm-up; about ${Math.round(arrivalsTotal(workload.arrival))} journeys, peak ${peakRate(workload.arrival)} a second`,
    `Order        ${plan.rounds} ${unit}s, seed ${plan.seed}: ${plan.order
      .slice(0, plan.rounds)
      .map((round) => round.join(" → "))
      .join(" | ")}`,
    ...(plan.order.length > plan.rounds
      ? [
          `  Up to ${plan.order.length - plan.rounds} spare ones take the place of those that cannot be believed.`,
        ]
      : []),
    plan.storedBaseline === null
      ? "  All environments are up at once; one side is under load at a time; a long warm-up of each comes first and is not judged."
      : `  The baseline's runs are those of ${plan.storedBaseline.campaignId}; a long warm-up comes first and is not judged.`,
    ...(plan.kind === "compare"
      ? []
      : [
          `Gate         ${quantileLabel(settings.gatingQuantile)} at most ${percent(settings.threshold)} slower; errors at most ${percent(settings.errorThreshold)} more; alpha ${settings.alpha} over all journeys, power ${settings.power}`,
          ...(plan.sequential
            ? ["             stops as soon as a test that may be looked at after every pair decides"]
            : []),
          ...(plan.objectives === null
            ? []
            : [
                `             ${plan.objectives.objectives.length} objectives must be met: ${plan.objectives.objectives.map(({ name }) => name).join(", ")}; at most ${percent(plan.objectives.maxBurnedShare)} of a period's error budget`,
              ]),
        ]),
    ...(calibration === null
      ? ["Noise        not calibrated here: run perfbed calibrate to know what such a gate can see"]
      : calibrationSentences(calibration, plan.rounds).map(
          (text, index) => `${index === 0 ? "Noise" : ""}`.padEnd(13) + text,
        )),
    ...plan.notes.map((note, index) => `${index === 0 ? "Notes" : ""}`.padEnd(13) + note),
    `Length       about ${Math.ceil(estimate.totalMinutes)} min with provisioning and teardown; ${estimate.minutesPerPair.toFixed(1)} min a ${unit}`,
    `Results      ${plan.resultsDir}`,
    "Nothing was started.",
  ].join("\n");
}

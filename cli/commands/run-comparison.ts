import type { ComparisonPlan } from "../../campaign/comparison";
import { type ParsedCi, writeCiFiles } from "../ci-output";
import type { CliContext } from "../context";
import { withInterruption } from "../interruption";
import { observerFor } from "../observer";

/** The plan without the values of the applications' variables: they may be secret. */
function printable(plan: ComparisonPlan): unknown {
  return {
    ...plan,
    sides: plan.sides.map((side) => ({
      ...side,
      environment: {
        ...side.environment,
        application: {
          ...side.environment.application,
          environment: Object.keys(side.environment.application.environment),
        },
      },
    })),
  };
}

/** Prints the plan, or runs it and prints what came out. Shared by gate, compare and calibrate. */
export async function runPlannedComparison(
  context: CliContext,
  plan: ComparisonPlan,
  options: ParsedCi & { readonly dryRun?: boolean },
): Promise<void> {
  const { calibrationSentences, compare, describeComparison, findCalibration } = await import(
    "../../campaign/comparison"
  );
  const { renderComparisonSummary } = await import("../../report/comparison");
  const { terminal, json } = context;
  if (options.dryRun === true) {
    const calibration = await findCalibration(plan);
    terminal.out(
      json
        ? JSON.stringify({ plan: printable(plan), calibration }, null, 2)
        : describeComparison(plan, calibration),
    );
    return;
  }
  if (!json) {
    terminal.err(
      `Comparison ${plan.campaignId}: ${plan.sides.map(({ label }) => label).join(" against ")}, ${plan.rounds} rounds, about ${Math.ceil(plan.estimate.totalMinutes)} min`,
    );
  }
  const observer = observerFor(context);
  const outcome = await withInterruption(context, (signal) => compare(plan, { observer, signal }));
  observer.close();
  context.exitWith(outcome.exitCode);
  const { report } = outcome;
  const { checksOfComparison } = await import("../../report/checks");
  await writeCiFiles(context, options, checksOfComparison(report), plan.policy);
  if (json) {
    terminal.out(
      JSON.stringify(
        {
          campaignId: plan.campaignId,
          exitCode: outcome.exitCode,
          verdict: report.verdict,
          result: report.result,
          sides: report.sides,
          dominance: report.dominance,
          excluded: report.excluded,
          validity: report.validity,
          ...(outcome.calibration === undefined ? {} : { calibration: outcome.calibration }),
          teardown: outcome.teardown,
          files: outcome.files,
        },
        null,
        2,
      ),
    );
    return;
  }
  terminal.out("");
  terminal.out(renderComparisonSummary(report, { colour: terminal.colour, width: terminal.width }));
  if (outcome.calibration !== undefined) {
    // What earlier campaigns add to what this one has said already.
    const known = calibrationSentences(outcome.calibration, plan.rounds);
    for (const sentence of known.filter((text) => !report.selfKnowledge.includes(text)))
      terminal.out(`  ${sentence}`);
  }
  terminal.out("");
  for (const [label, file] of Object.entries(outcome.files)) terminal.out(`${label.padEnd(9)} ${file}`);
  terminal.out(outcome.teardownText);
}

import { DEFAULT_POLICY, type Policy } from "../core/policy";
import { type Check, type CheckReport, type Loudness, loudness, VERDICT } from "./checks/model";
import { cleanText } from "./text";

/** GitHub shows ten annotations of a kind for each step and drops the rest without a word. */
const SHOWN_PER_LEVEL = 10;

/** The value of a workflow command: everything after `::`. */
export function escapeCommandValue(text: string): string {
  return cleanText(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A property of a workflow command, such as its title. */
export function escapeCommandProperty(text: string): string {
  return escapeCommandValue(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

type Level = "error" | "warning" | "notice";

const command = (level: Level, title: string, text: string): string =>
  `::${level} title=${escapeCommandProperty(title)}::${escapeCommandValue(text)}`;

const titleOf = (report: CheckReport, check: Check): string =>
  `perfbed ${report.application} ${report.scenario}: ${check.journey === "(all)" ? check.name : `${check.journey}, ${check.name}`}`;

const LEVELS: Readonly<Record<Loudness, Level>> = { fail: "error", warn: "warning", none: "notice" };

/** Workflow commands of GitHub Actions, one a line, worst first: an annotation for each check that is not a pass, and for the verdict. */
export function renderAnnotations(reports: readonly CheckReport[], policy: Policy = DEFAULT_POLICY): string {
  const annotations = reports.flatMap((report) =>
    report.checks
      .filter(({ name, outcome }) => outcome !== "pass" || name === VERDICT)
      .map((check) => ({
        level: LEVELS[loudness(check.outcome, policy)],
        title: titleOf(report, check),
        text: `${check.outcome}: ${check.text}`,
      })),
  );
  const lines = (["error", "warning", "notice"] as const).flatMap((level) => {
    const all = annotations.filter((annotation) => annotation.level === level);
    const shown = all.length <= SHOWN_PER_LEVEL ? all : all.slice(0, SHOWN_PER_LEVEL - 1);
    const hidden = all.length - shown.length;
    return [
      ...shown.map(({ title, text }) => command(level, title, text)),
      ...(hidden === 0 ? [] : [command(level, "perfbed", `${hidden} more are in the report.`)]),
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

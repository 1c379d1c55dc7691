import type { DoctorReport } from "../toolchain";
import type { Terminal } from "./terminal";

/** What `perfbed doctor` prints: a line a tool, a line a machine check, and under each what mends it. */
export function doctorText(report: DoctorReport, { colours }: Pick<Terminal, "colours">): string {
  const mark = (good: boolean, needed: boolean): string =>
    good ? colours.green("✓") : needed ? colours.red("✗") : colours.yellow("–");
  const lines: string[] = ["Outside programs"];
  const width = Math.max(...report.tools.map((tool) => tool.title.length));
  for (const tool of report.tools) {
    const found = tool.status === "found";
    const where = Object.values(tool.executables)[0] ?? "";
    const state = found
      ? `${tool.version ?? ""} ${colours.dim(`${where} (${tool.source === "cache" ? (tool.origin ?? "installed by perfbed") : tool.source})`)}`
      : `${tool.status}, ${tool.required ? "needed" : "optional"}: ${tool.purpose} (${tool.accepted})`;
    lines.push(`  ${mark(found, tool.required)} ${tool.title.padEnd(width)}  ${state}`);
    for (const note of tool.notes) lines.push(`      ${colours.dim(note)}`);
    if (!found && tool.mend !== undefined) lines.push(`      mend: ${tool.mend}`);
  }
  lines.push("", "Machine");
  for (const check of report.machine) {
    lines.push(`  ${mark(check.status === "ok", check.status === "problem")} ${check.name}: ${check.text}`);
    if (check.mend !== undefined) lines.push(`      mend: ${check.mend}`);
  }
  lines.push("", `Tools folder  ${report.toolsDir}`, `Environments  ${report.home}`);
  lines.push(
    report.ok
      ? "Everything that a campaign on the local target needs is here."
      : "Something is missing. The first command that needs a tool installs it; perfbed doctor --install does it now.",
  );
  return lines.join("\n");
}

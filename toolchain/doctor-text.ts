import type { DoctorReport, ToolDiagnosis } from "./diagnose";
import type { MachineCheck } from "./machine-checks";

/** One line of the table and what belongs under it. */
interface Row {
  readonly status: string;
  readonly name: string;
  readonly text: string;
  readonly details: readonly string[];
}

/** The doctor's report as a table for people. */
export function doctorText(report: Omit<DoctorReport, "text">): string {
  const tools = report.tools.map(toolRow);
  const machine = report.machine.map(machineRow);
  const nameWidth = Math.max(...[...tools, ...machine].map((row) => row.name.length));
  const statusWidth = Math.max(...[...tools, ...machine].map((row) => row.status.length));
  const indent = " ".repeat(2 + statusWidth + 2 + nameWidth + 2);
  const lines = (rows: readonly Row[]): string[] =>
    rows.flatMap((row) => [
      `  ${row.status.padEnd(statusWidth)}  ${row.name.padEnd(nameWidth)}  ${row.text}`,
      ...row.details.map((detail) => `${indent}${detail}`),
    ]);
  return [
    "Programs",
    ...lines(tools),
    "",
    "Machine",
    ...lines(machine),
    "",
    `Tools folder: ${report.toolsDir}`,
    `Home: ${report.home}`,
    report.ok ? "Ready for the local target." : "Not ready for the local target: see above.",
  ].join("\n");
}

function toolRow(tool: ToolDiagnosis): Row {
  const [main] = Object.values(tool.executables);
  const origin = tool.origin === undefined ? "" : `, ${tool.origin}`;
  const text =
    main === undefined
      ? `${tool.purpose}; accepted is ${tool.accepted}`
      : `${tool.version} (accepted ${tool.accepted}) at ${main} (${tool.source}${origin})`;
  const optional = tool.status === "missing" && !tool.required;
  return {
    status: optional ? "optional" : tool.status === "found" ? "ok" : tool.status,
    name: tool.title,
    text,
    details: [...tool.notes, ...mendLine(tool.mend)],
  };
}

function machineRow(check: MachineCheck): Row {
  return { status: check.status, name: check.name, text: check.text, details: mendLine(check.mend) };
}

const mendLine = (mend: string | undefined): string[] => (mend === undefined ? [] : [`mend: ${mend}`]);

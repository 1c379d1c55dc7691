import type { GeneratorHealth } from "../../../campaign/manifest";
import { precisionText } from "../../arrivals";
import { formatCount, formatMs, formatNumber, formatPercent } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { html, type SafeHtml } from "../escape";
import { statusBadge } from "../status";
import { dataTable } from "../table";

const number = (value: number | null, format: (value: number) => string): string =>
  value === null || !Number.isFinite(value) ? "not recorded" : format(value);

function findings(data: ReportData): SafeHtml {
  if (data.validity.length === 0) return html`<p class="empty">No reason was found to distrust this run.</p>`;
  const sorted = data.validity.toSorted((a, b) => a.severity.localeCompare(b.severity));
  return html`<ul class="findings">${sorted.map(
    (finding) =>
      html`<li>${
        finding.severity === "invalid" ? statusBadge("void", "invalid") : statusBadge("unknown", "warning")
      }<div><p>${finding.text}</p><p class="note"><code>${finding.code}</code>${
        finding.measured === null ? "" : `, measured ${formatNumber(finding.measured)}`
      }${finding.limit === null ? "" : `, limit ${formatNumber(finding.limit)}`}</p></div></li>`,
  )}</ul>`;
}

function exitText(generator: GeneratorHealth): string {
  if (!generator.started) return "never started";
  return generator.exitCode === null ? "no exit code" : `exit ${generator.exitCode}`;
}

function generators(data: ReportData): SafeHtml {
  const { generators: all } = data.manifest;
  if (all.length === 0) return html`<p class="empty">No load generator reported.</p>`;
  // Where the target has places: an instance or task, with its region where that is another.
  const placed = all.some(({ place }) => place !== undefined);
  return dataTable({
    label: "Load generators",
    columns: [
      { head: "Generator" },
      ...(placed ? [{ head: "Place" }] : []),
      { head: "State" },
      { head: "Planned", number: true },
      { head: "Started", number: true },
      { head: "Dropped", number: true },
      { head: "Start skew", number: true },
      { head: "Visits late, P95", number: true },
      { head: "Visits late, most", number: true },
      { head: "CPU mean", number: true },
      { head: "CPU max", number: true },
      { head: "Memory max", unit: "MiB", number: true },
      { head: "Machine idle min", number: true },
    ],
    rows: all.map((generator) => [
      oneLine(generator.generator),
      ...(placed ? [oneLine(generator.place ?? "")] : []),
      exitText(generator),
      formatCount(generator.plannedIterations),
      formatCount(generator.startedIterations),
      formatCount(generator.droppedIterations),
      number(generator.startSkewMs, formatMs),
      number(generator.startDelayP95Ms ?? null, formatMs),
      number(generator.startDelayMaxMs ?? null, formatMs),
      number(generator.cpuMean, formatPercent),
      number(generator.cpuMax, formatPercent),
      number(generator.memoryMaxMiB, formatCount),
      number(generator.machineIdleMin, formatPercent),
    ]),
  });
}

export function validitySection(data: ReportData): SafeHtml {
  const { clock, arrivals } = data.manifest;
  const fidelity =
    arrivals.unplanned === undefined
      ? "Late visits: how long after its planned instant a visit began, where the tool knows it; response times do not hold that wait (coordinated omission)."
      : `Arrivals are not checked against a plan: ${arrivals.unplanned}.`;
  return html`<section id="validity" aria-labelledby="validity-title"><h2 id="validity-title">Can these numbers be believed?</h2>${findings(data)}<h3>Load generators</h3><p class="note">CPU as a share of the whole machine, over periods of 1 s. Clock offset ${formatMs(clock.offsetMs)} (${oneLine(clock.method)}). ${oneLine(fidelity)} Over the whole run, ${oneLine(precisionText(data.manifest))}.</p>${generators(data)}</section>`;
}

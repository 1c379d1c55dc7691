import type { Sizing } from "../../../components/contracts";
import { formatCount, formatInstant, formatMiB, formatMs, formatPlain } from "../../format";
import type { ReportData } from "../../model";
import { reproduceCommand } from "../../reproduce";
import { oneLine } from "../../text";
import { type HtmlValue, html, type SafeHtml } from "../escape";
import { dataTable, factList } from "../table";

type Facts = readonly (readonly [string, HtmlValue])[];

const cores = (cpu: number): string => `${formatPlain(cpu)} ${cpu === 1 ? "core" : "cores"}`;

function sizingFacts(sizing: Sizing): Facts {
  const { app, database, cache, edge, fleet } = sizing;
  const { scaling } = app;
  return [
    [
      "App",
      `${app.minInstances} to ${app.maxInstances} instances of ${cores(app.cpu)}, ${formatMiB(app.memoryMiB)}`,
    ],
    [
      "Scaling",
      `${scaling.type} on ${scaling.metric}, target ${formatPlain(scaling.targetValue)}; out after ${scaling.scaleOutPeriods}, in after ${scaling.scaleInPeriods} periods of ${formatPlain(scaling.periodSeconds)} s; cooldown ${formatPlain(scaling.scaleOutCooldownSeconds)} s out, ${formatPlain(scaling.scaleInCooldownSeconds)} s in; warm-up ${formatPlain(scaling.instanceWarmupSeconds)} s`,
    ],
    [
      "Database",
      `primary and ${database.replicas} ${database.replicas === 1 ? "replica" : "replicas"} of ${cores(database.cpu)}, ${formatMiB(database.memoryMiB)}; pool of ${formatCount(database.poolSize)} for ${formatCount(database.maxClientConnections)} clients`,
    ],
    ["Cache", `${cores(cache.cpu)}, ${formatMiB(cache.memoryMiB)}`],
    [
      "Edge",
      `${cores(edge.cpu)}, ${formatMiB(edge.memoryMiB)}; default TTL ${formatPlain(edge.defaultTtlSeconds)} s, grace ${formatPlain(edge.graceSeconds)} s`,
    ],
    ["Fleet", `${fleet.generators} ${fleet.generators === 1 ? "generator" : "generators"}`],
  ];
}

function parameterText(value: unknown): string {
  if (typeof value === "string") return oneLine(value);
  return oneLine(JSON.stringify(value) ?? "not set");
}

function phases(data: ReportData): SafeHtml {
  const { phases: all } = data.manifest;
  if (all.length === 0) return html``;
  const longest = Math.max(1, ...all.map(({ durationMs }) => durationMs));
  return html`<h3>Phases</h3>${dataTable({
    label: "Phases of the campaign",
    className: "phases",
    columns: [{ head: "Phase" }, { head: "Length", number: true }, { head: "Share" }],
    rows: all.map((phase) => [
      oneLine(phase.name),
      formatMs(phase.durationMs),
      html`<svg class="bar" aria-hidden="true" width="100%" height="10"><rect x="0" y="0" height="10" width="${Math.max(0.3, Math.round((phase.durationMs / longest) * 1000) / 10)}%"/></svg>`,
    ]),
  })}`;
}

function inventory(data: ReportData): SafeHtml {
  const { inventory: all } = data.manifest;
  if (all.length === 0) return html`<p class="empty">No inventory was taken.</p>`;
  return html`<details><summary>Inventory during the run: ${formatCount(all.length)} ${all.length === 1 ? "process" : "processes"}</summary>${dataTable(
    {
      label: "Processes during the run",
      columns: [{ head: "Process" }, { head: "Tier" }, { head: "PID", number: true }],
      rows: all.map((entry) => [oneLine(entry.name), oneLine(entry.tier), String(entry.pid)]),
    },
  )}</details>`;
}

export function reproducibilitySection(data: ReportData): SafeHtml {
  const { manifest } = data;
  const { scenario, machine, window: span } = manifest;
  return html`<section id="reproduce" aria-labelledby="reproduce-title"><h2 id="reproduce-title">Reproduce this run</h2>
<pre class="command" tabindex="0" aria-label="Command"><code>${reproduceCommand(manifest)}</code></pre>
<div class="columns"><div><h3>Run</h3>${factList([
    ["Campaign", html`<code>${oneLine(manifest.campaignId)}</code>`],
    [
      "Run",
      html`<code>${oneLine(manifest.runId)}</code>, ${oneLine(manifest.side)}, replicate ${manifest.replicate}`,
    ],
    ["Environment", html`<code>${oneLine(manifest.environmentId)}</code> on ${oneLine(manifest.target)}`],
    ["Application", `${oneLine(manifest.application.name)} ${oneLine(manifest.application.version)}`],
    ["Started", formatInstant(span.runStartedAtUs)],
    ["Measured", `${formatInstant(span.measuredFromUs)} to ${formatInstant(span.measuredToUs)}`],
  ])}</div>
<div><h3>Scenario</h3>${factList([
    ["Name", oneLine(scenario.name)],
    ["About", oneLine(scenario.description)],
    ["Tool", oneLine(scenario.tool)],
    ["Seed", String(scenario.seed)],
    ...Object.entries(scenario.parameters).map(
      ([name, value]) => [oneLine(name), parameterText(value)] as const,
    ),
  ])}</div>
<div><h3>Sizing ${oneLine(manifest.sizing.name)}</h3>${factList(sizingFacts(manifest.sizing))}</div>
<div><h3>Machine</h3>${factList([
    ["Platform", oneLine(machine.platform)],
    [
      "Processor",
      `${oneLine(machine.cpuModel)}, ${formatCount(machine.cores)} ${machine.cores === 1 ? "core" : "cores"}`,
    ],
    ["Memory", formatMiB(machine.memoryMiB)],
    ["CPU quotas", machine.cpuQuotas ? "enforced" : "not enforced: allotments are for reference only"],
    ...machine.notes.map((note, index) => [index === 0 ? "Notes" : "", oneLine(note)] as const),
  ])}</div>
<div><h3>Versions</h3>${factList([
    ["perfbed", oneLine(manifest.perfbedVersion)],
    ...Object.entries(manifest.versions)
      .filter(([name]) => name !== "perfbed")
      .map(([name, version]) => [oneLine(name), oneLine(version)] as const),
  ])}</div></div>
${phases(data)}${inventory(data)}</section>`;
}

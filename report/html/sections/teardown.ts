import { formatCount } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { html, type SafeHtml } from "../escape";
import { statusBadge } from "../status";
import { dataTable } from "../table";

function body(data: ReportData): SafeHtml {
  const { teardown, manifest } = data;
  if (teardown === undefined)
    return html`<p class="notice">${statusBadge("unknown", "still standing")} Environment <code>${manifest.environmentId}</code> has not been torn down. Its processes go on running until <code>perfbed destroy ${manifest.environmentId}</code> or until it expires.</p>`;
  const table = dataTable({
    label: "What was looked for after teardown",
    columns: [{ head: "Looked for" }, { head: "Found", number: true }, { head: "How" }],
    rows: teardown.checked.map((check) => [
      oneLine(check.what),
      check.found === 0 ? "0" : html`<span class="strong">${formatCount(check.found)}</span>`,
      oneLine(check.detail),
    ]),
  });
  const summary = teardown.proved
    ? html`<p class="notice">${statusBadge("good", "proved clean")} Read from the world, not from Pulumi’s state, at <time>${oneLine(teardown.at)}</time>.</p>`
    : html`<p class="notice">${statusBadge("bad", "not proved")} Something may be left. Run <code>perfbed sweep</code>. Looked at <time>${oneLine(teardown.at)}</time>.</p>`;
  return html`${summary}${teardown.checked.length === 0 ? html`<p class="empty">The list of checks is empty.</p>` : table}`;
}

export function teardownSection(data: ReportData): SafeHtml {
  return html`<section id="teardown" aria-labelledby="teardown-title"><h2 id="teardown-title">Teardown</h2>${body(data)}</section>`;
}

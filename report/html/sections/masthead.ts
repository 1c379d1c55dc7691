import { formatInstant, formatMs } from "../../format";
import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { html, type SafeHtml } from "../escape";
import { VERDICTS, verdictSign } from "../status";

const WARNING: Readonly<Partial<Record<ReportData["verdict"]["kind"], string>>> = {
  invalid:
    "Do not use these numbers. The measurement itself is not to be believed; the figures below are kept only to find out why.",
  inconclusive: "The data cannot decide. Treat the figures below as an observation, not as a result.",
};

/** What is true of the run as a whole and must not be missed: an aborted run, an environment that still stands. */
function plainTruths(data: ReportData): readonly string[] {
  const { manifest, teardown } = data;
  const truths: string[] = [];
  if (manifest.aborted !== null) truths.push(`The run was cut short: ${oneLine(manifest.aborted)}`);
  if (teardown === undefined)
    truths.push(`Environment ${manifest.environmentId} still stands: nothing has been torn down yet.`);
  else if (!teardown.proved)
    truths.push("Teardown is not proved: something may still be running. See “Teardown” below.");
  return truths;
}

/** Reasons come most important first; beyond a few they would push the figures off the first screen. */
const REASONS_SHOWN = 3;

export function reasonList(reasons: readonly string[]): SafeHtml {
  if (reasons.length === 0) return html``;
  const items = (part: readonly string[]): SafeHtml =>
    html`<ul class="reasons">${part.map((reason) => html`<li>${reason}</li>`)}</ul>`;
  const rest = reasons.slice(REASONS_SHOWN);
  return html`${items(reasons.slice(0, REASONS_SHOWN))}${
    rest.length === 0
      ? ""
      : html`<details class="more"><summary>${rest.length} more ${rest.length === 1 ? "reason" : "reasons"}</summary>${items(rest)}</details>`
  }`;
}

/** Verdict, headline, why, and what to do next: the part an executive reads. */
export function masthead(data: ReportData): SafeHtml {
  const { manifest, verdict } = data;
  const { word, status } = VERDICTS[verdict.kind];
  const warning = WARNING[verdict.kind];
  const truths = plainTruths(data);
  const measured = formatMs(manifest.scenario.measuredSeconds * 1000);
  return html`<header class="masthead ${verdict.kind}"><div class="wrap">
<p class="identity"><span class="product">perfbed</span><span><b>${oneLine(manifest.application.name)}</b> ${oneLine(manifest.application.version)}</span><span>${oneLine(manifest.scenario.name)}, ${measured} measured</span><span>${oneLine(manifest.target)}, sizing ${oneLine(manifest.sizing.name)}</span><time>${formatInstant(manifest.window.measuredFromUs)}</time></p>
<div class="verdict-grid"><div>
<h1><span class="visually-hidden">Verdict: </span><span class="verdict-word">${verdictSign(status)}<span>${word}</span></span></h1>
<p class="headline">${verdict.headline}</p>
${reasonList(verdict.reasons)}
</div>
<section class="next" aria-labelledby="next-title"><h2 id="next-title">What to do next</h2>${
    verdict.actions.length === 0
      ? html`<p>${verdict.kind === "pass" ? "Nothing: no action follows from this run." : "No action is proposed. Start with the findings under Validity."}</p>`
      : html`<ol>${verdict.actions.map((action) => html`<li>${action}</li>`)}</ol>`
  }</section></div>
</div></header>
${
  warning === undefined && truths.length === 0
    ? ""
    : html`<aside class="truths" aria-label="Read this first"><div class="wrap">${
        warning === undefined ? "" : html`<p><strong>${warning}</strong></p>`
      }${truths.map((truth) => html`<p>${truth}</p>`)}</div></aside>`
}`;
}

import type { ReportData } from "../../model";
import { oneLine } from "../../text";
import { html, type SafeHtml } from "../escape";

/** One block a tier; figures differ from tier to tier, so they are pairs rather than columns. */
export function tiersSection(data: ReportData): SafeHtml {
  const tiers = [...new Set(data.tiers.map(({ tier }) => tier))];
  const body =
    tiers.length === 0
      ? html`<p class="empty">No figures of the tiers were collected in this run.</p>`
      : html`<div class="tiers">${tiers.map(
          (tier) =>
            html`<section class="tier"><h3>${oneLine(tier)}</h3>${data.tiers
              .filter((summary) => summary.tier === tier)
              .map(
                (summary) =>
                  html`<div class="source"><h4>${oneLine(summary.source)}</h4>${
                    summary.figures.length === 0
                      ? html`<p class="note">no figures</p>`
                      : html`<dl>${summary.figures.map(
                          (figure) =>
                            html`<div><dt>${oneLine(figure.label)}</dt><dd>${oneLine(figure.text)}</dd></div>`,
                        )}</dl>`
                  }</div>`,
              )}</section>`,
        )}</div>`;
  return html`<section id="tiers" class="marked" aria-labelledby="tiers-title"><h2 id="tiers-title">Tiers</h2><p class="lead">Over the measured window.</p>${body}</section>`;
}

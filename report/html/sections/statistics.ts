import { coldCacheText } from "../../cold-cache";
import { formatCount } from "../../format";
import type { ReportData } from "../../model";
import { html, type SafeHtml } from "../escape";

/** How the figures came about, for a reader who would compute them another way. */
export function statisticsSection(data: ReportData): SafeHtml {
  const { coldCache, generators, scenario } = data.manifest;
  const fleet =
    generators.length === 1 ? "its one generator" : `all ${formatCount(generators.length)} generators`;
  const warmup =
    coldCache === undefined
      ? html`<li><b>Warm-up.</b> The ${formatCount(scenario.warmupSeconds)} s before the measured window count nowhere except on the timelines, where they are shaded.</li>`
      : html`<li><b>Cold cache.</b> ${coldCacheText(coldCache)}</li>`;
  return html`<section id="statistics" aria-labelledby="statistics-title"><h2 id="statistics-title">How percentiles were computed</h2><ul class="prose">
<li><b>Exact and merged.</b> Each percentile is computed once, over every single request of ${fleet} (${formatCount(data.overall.requests)} requests in the measured window). No percentile is an average of percentiles, neither over generators nor over time.</li>
<li><b>Estimator.</b> Type-7 quantiles (linear interpolation between order statistics), as numpy and R use by default.</li>
<li><b>Failed requests</b> count as slower than every answered one, so failing fast never looks like being fast. Where a percentile falls among them, the cell says “failed requests”. Mean and maximum are of successful requests.</li>
<li><b>Enough data.</b> A percentile needs at least ten requests expected beyond it (${formatCount(1000)} requests for P99, ${formatCount(10_000)} for P99.9). Otherwise the cell says “not enough data”; it is never blank and never 0, and an objective on it is not met.</li>
${warmup}
<li><b>Timelines</b> show the percentiles of each slice’s own requests, computed the same way, over fewer requests: read their shape, and judge by the tables.</li>
<li><b>One run.</b> Requests of one run are not independent samples. This page describes what happened in this run; it does not compare versions.</li>
</ul></section>`;
}

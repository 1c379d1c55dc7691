import { alphaShare, type MetricComparison, metricName } from "../../analysis/comparison";
import {
  formatCount,
  formatInstant,
  formatNumber,
  formatPercent,
  formatPlain,
  formatRate,
  quantileName,
} from "../format";
import { type HtmlValue, html, type SafeHtml } from "../html/escape";
import { type Status, statusBadge } from "../html/status";
import { dataTable, factList } from "../html/table";
import { oneLine } from "../text";
import {
  changeText,
  figureText,
  gatingLatency,
  intervalText,
  METHOD_WORDS,
  pText,
  STATUS_WORDS,
  withInterval,
} from "./figures";
import { forestPlot } from "./forest";
import type { ComparisonReport } from "./model";
import { pairCharts } from "./pair-charts";

export const STATUS_SIGNS: Readonly<Record<MetricComparison["status"], Status>> = {
  regression: "bad",
  pass: "good",
  inconclusive: "unknown",
  "not-enough-data": "unknown",
};

const section = (id: string, title: string, body: SafeHtml): SafeHtml =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;

/** Key figures: what was compared, how often, and what such a comparison could have seen. */
export function summarySection(report: ComparisonReport): SafeHtml {
  const { comparison, result, replicates, sides } = report;
  const counted = new Set(replicates.filter(({ used }) => used).map(({ round }) => round)).size;
  const requests = sides.reduce((sum, side) => sum + side.requests, 0);
  const errors = sides.reduce((sum, side) => sum + side.errors, 0);
  const gating = result?.journeys.flatMap((journey) => gatingLatency(journey) ?? []) ?? [];
  const caught = gating.flatMap((metric) => (metric.caught === null ? [] : [metric.caught]));
  const worst = gating.reduce<MetricComparison | undefined>(
    (most, metric) => ((metric.change ?? -1) > (most?.change ?? -1) ? metric : most),
    undefined,
  );
  const figures: readonly (readonly [string, string, string])[] = [
    ["Rounds that count", `${counted} of ${comparison.rounds}`, comparison.ended?.text ?? "interrupted"],
    ["Requests", formatCount(requests), `${formatPercent(requests === 0 ? null : errors / requests)} failed`],
    ...(worst === undefined
      ? []
      : [
          [
            "Largest change",
            changeText(worst, worst.change),
            `${metricName(worst)}, ${intervalText(worst)}`,
          ] as const,
        ]),
    ...(caught.length === 0
      ? []
      : [
          [
            "Would catch",
            `+${formatNumber(Math.max(...caught) * 100)} %`,
            `or more on every journey, ${formatPercent(comparison.settings.power)} of the time`,
          ] as const,
        ]),
    ...(result === null
      ? []
      : [
          [
            "Threshold",
            `+${formatPlain(comparison.settings.threshold * 100)} %`,
            `at ${quantileName(comparison.settings.gatingQuantile)}, alpha ${formatPlain(comparison.settings.alpha)}`,
          ] as const,
        ]),
  ];
  return html`<section id="summary" aria-labelledby="summary-title"><h2 id="summary-title" class="visually-hidden">Key figures</h2><dl class="figures">${figures.map(
    ([label, value, aside]) =>
      html`<div><dt>${label}</dt><dd class="value${value.length > 10 ? " long" : ""}">${value}</dd><dd class="aside">${aside}</dd></div>`,
  )}</dl></section>`;
}

function metricRow(metric: MetricComparison): readonly HtmlValue[] {
  return [
    metric.gating ? html`<b>${metricName(metric)}</b>` : metricName(metric),
    figureText(metric, metric.baseline),
    figureText(metric, metric.candidate),
    changeText(metric, metric.change),
    intervalText(metric),
    pText(metric.pHolm ?? metric.p),
    pText(metric.q),
    metric.caught === null
      ? "—"
      : changeText(metric, metric.metric === "throughput" ? -metric.caught : metric.caught),
    metric.gating
      ? statusBadge(STATUS_SIGNS[metric.status], STATUS_WORDS[metric.status])
      : STATUS_WORDS[metric.status],
  ];
}

/** Two sides: each journey with every figure that is compared. */
export function journeysSection(report: ComparisonReport): SafeHtml {
  const { result } = report;
  if (result === null) return html``;
  const order = ["regression", "inconclusive", "pass"];
  const journeys = result.journeys.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return section(
    "journeys",
    "Journeys",
    html`${forestPlot(journeys)}${journeys.map(
      (journey) =>
        html`<h3>${oneLine(journey.journey)} ${statusBadge(STATUS_SIGNS[journey.verdict], STATUS_WORDS[journey.verdict])}</h3><p class="note">${journey.reasons[0] ?? ""}</p>${dataTable(
          {
            label: `Figures of ${oneLine(journey.journey)}`,
            columns: [
              { head: "Figure" },
              { head: "Baseline", number: true },
              { head: "Candidate", number: true },
              { head: "Change", number: true },
              { head: "Interval", number: true },
              { head: "p (Holm)", number: true },
              { head: "q (BH)", number: true },
              { head: "Would catch", number: true },
              { head: "Status" },
            ],
            rows: journey.metrics.map(metricRow),
          },
        )}`,
    )}<p class="note">Bold figures gate. Baseline and candidate are geometric means over the replicates (latency) or means (shares). Holm adjusts p of the gating figures only; q is over all. “Would catch”: the smallest true change that this comparison calls a regression with the wished power.</p><h3>Every pair</h3>${pairCharts(report)}`,
  );
}

/** Any number of sides: what each did and what it took. */
export function sidesSection({ sides, dominance, comparison }: ComparisonReport): SafeHtml {
  const journeys = [...new Set(sides.flatMap((side) => side.journeys.map(({ journey }) => journey)))];
  const { gatingQuantile } = comparison.settings;
  const probabilities = [...new Set([0.5, gatingQuantile, 0.99])].sort((a, b) => a - b);
  const cell = (side: (typeof sides)[number], journey: string, probability: number): string => {
    const found = side.journeys
      .find((one) => one.journey === journey)
      ?.quantiles.find((one) => one.probability === probability);
    return found === undefined ? "—" : withInterval(found);
  };
  const latency = dataTable({
    label: "Latency of each side",
    columns: [
      { head: "Journey" },
      { head: "Quantile" },
      ...sides.map(({ label }) => ({ head: oneLine(label), number: true })),
    ],
    rows: journeys.flatMap((journey) =>
      probabilities.map((probability, index): readonly HtmlValue[] => [
        index === 0 ? oneLine(journey) : "",
        quantileName(probability),
        ...sides.map((side) => cell(side, journey, probability)),
      ]),
    ),
  });
  const tiers = [...new Set(sides.flatMap((side) => side.tiers.map(({ tier }) => tier)))];
  const rows: (readonly HtmlValue[])[] = [
    ["Replicates that count", ...sides.map(({ replicates }) => formatCount(replicates))],
    ["Request rate", ...sides.map(({ ratePerSecond }) => formatRate(ratePerSecond))],
    [
      "Failed",
      ...sides.map(({ requests, errors }) =>
        requests === 0 ? "no requests" : formatPercent(errors / requests),
      ),
    ],
    ["Objectives met", ...sides.map(({ objectives }) => `${objectives.met} of ${objectives.judged}`)],
    ...tiers.map((tier): readonly HtmlValue[] => [
      `CPU of ${tier}`,
      ...sides.map((side) => {
        const found = side.tiers.find((one) => one.tier === tier);
        if (found === undefined) return "—";
        const count = found.instances === null ? "" : `, ${formatNumber(found.instances)} instances`;
        return `${formatPercent(Number(found.utilisation.toPrecision(3)))}${count}`;
      }),
    ]),
    [
      "Busiest tier",
      ...sides.map(({ limiting }) => (limiting === null ? "—" : `${limiting.tier}: ${limiting.text}`)),
    ],
    ["CPU allotted, cores", ...sides.map(({ cores }) => formatNumber(cores))],
    ["Memory allotted, GiB", ...sides.map(({ memoryGiB }) => formatNumber(memoryGiB))],
  ];
  const { prices } = comparison;
  if (prices !== null) {
    const money = (value: number | null, missing: string): string =>
      value === null ? missing : `${formatNumber(value)} ${oneLine(prices.currency)}`;
    rows.push(
      ["Cost per hour", ...sides.map(({ costPerHour }) => money(costPerHour, "—"))],
      [
        "Cost per million requests inside the objectives",
        ...sides.map(({ costPerMillion }) => money(costPerMillion, "objectives not met")),
      ],
    );
  }
  const costNote =
    prices === null
      ? "No cost: perfbed knows no prices. Give a dated price list with --prices."
      : `Prices as of ${prices.asOf}${prices.source === undefined ? "" : `, ${prices.source}`}: ${formatPlain(prices.corePerHour)} ${prices.currency} a core and hour, ${formatPlain(prices.memoryGiBPerHour)} ${prices.currency} a GiB and hour.`;
  return section(
    "sides",
    "Sides",
    html`${
      dominance.length === 0
        ? ""
        : html`<ul class="findings">${dominance.map(({ text }) => html`<li>${statusBadge("good", "dominates")}<p>${text}</p></li>`)}</ul>`
    }${dataTable({
      label: "What each side did and took",
      columns: [{ head: "Figure" }, ...sides.map(({ label }) => ({ head: oneLine(label), number: true }))],
      rows,
    })}<h3>Latency</h3>${latency}<p class="note">Geometric means over replicates with 95 % intervals; the replicate is the unit. ${costNote}</p>`,
  );
}

export function validitySection({ validity, excluded, control, steadyState }: ComparisonReport): SafeHtml {
  const list =
    validity.length === 0
      ? html`<p class="empty">No reason was found to distrust this comparison.</p>`
      : html`<ul class="findings">${validity.map(
          ({ severity, text, code }) =>
            html`<li>${severity === "invalid" ? statusBadge("void", "invalid") : statusBadge("unknown", "warning")}<div><p>${text}</p><p class="note"><code>${code}</code></p></div></li>`,
        )}</ul>`;
  const left =
    excluded.length === 0
      ? ""
      : html`<h3>Rounds left out</h3>${dataTable({
          label: "Rounds left out",
          columns: [{ head: "Round" }, { head: "Why" }],
          rows: excluded.map(({ round, reasons }) => [String(round), reasons.map(oneLine).join("; ")]),
        })}`;
  return section(
    "validity",
    "Can this comparison be believed?",
    html`${list}<p class="quiet"><b>Control</b>${control?.text ?? "No control measurement was made."}</p>${steadyState.map((text) => html`<p class="quiet"><b>Warm-up</b>${text}</p>`)}${left}`,
  );
}

export function statisticsSection({
  comparison,
  result,
  sequential,
  selfKnowledge,
}: ComparisonReport): SafeHtml {
  const { settings } = comparison;
  const methods = [
    ...new Set(
      result?.journeys.flatMap(({ metrics }) => metrics.flatMap(({ method }) => method ?? [])) ?? [],
    ),
  ];
  return section(
    "statistics",
    "Statistics",
    html`<ul class="prose">
<li>The replicate is the unit: each run gives one quantile a journey; requests are never treated as independent samples.</li>
<li>Sides run in random order within each round, one at a time, minutes apart on the same machine, with the same request data in a round.</li>
<li>Differences of log-quantiles; ${methods.length === 0 ? "no test was made" : `tests: ${methods.map((method) => METHOD_WORDS[method]).join(", ")}`}. Quantiles are type 7 and need ten samples beyond them.</li>
<li>A regression needs a one-sided test significant at ${formatPlain(settings.alpha)} after correction for ${result?.gatingTests ?? 0} gating tests, and an estimate above the threshold. Latency has ${formatPercent(alphaShare("latency", settings))} of that level, ${settings.throughputGates ? "errors and throughput" : "errors"} the rest; Holm shares each part among the journeys.</li>
<li>A pass needs the whole ${formatPercent(settings.confidence)} interval below the threshold. Anything else is inconclusive.</li>
<li>All ${result?.reportedTests ?? 0} figures are reported with q-values (Benjamini–Hochberg).</li>
${sequential === null ? "" : html`<li>${sequential.text} Early stopping uses anytime-valid tests; the p-values in the tables are those of a fixed size, for information.</li>`}
</ul><h3>What such a comparison can see here</h3><ul class="prose">${selfKnowledge.map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}

export function reproduceSection({ comparison, replicates }: ComparisonReport): SafeHtml {
  return section(
    "reproduce",
    "Reproduce",
    html`<pre class="command" tabindex="0" aria-label="Command"><code>${comparison.command}</code></pre>${factList(
      [
        ["Campaign", html`<code>${comparison.campaignId}</code>`],
        ["Started", oneLine(comparison.startedAt)],
        ["Scenario", `${oneLine(comparison.scenario)}, preset ${comparison.preset}, seed ${comparison.seed}`],
        ...comparison.sides.map(
          (side) =>
            [
              oneLine(side.name),
              `${oneLine(side.label)}, sizing ${oneLine(side.sizing.name)}, environment ${side.environmentId}`,
            ] as const,
        ),
        ...comparison.notes.map((note, index) => [index === 0 ? "Notes" : "", note] as const),
      ],
    )}<details><summary>All ${replicates.length} replicates</summary>${dataTable({
      label: "Replicates",
      columns: [
        { head: "Run" },
        { head: "Started" },
        { head: "Place", number: true },
        { head: "Requests", number: true },
        { head: "Failed", number: true },
        { head: "Arrivals", number: true },
        { head: "Counts" },
      ],
      rows: replicates.map((replicate) => [
        replicate.runId,
        formatInstant(replicate.startedAtUs),
        String(replicate.place),
        formatCount(replicate.requests),
        formatCount(replicate.errors),
        formatPercent(replicate.achievedShare),
        replicate.used ? "yes" : "no",
      ]),
    })}</details>`,
  );
}

export function teardownSection({ teardown }: ComparisonReport): SafeHtml {
  const body =
    teardown === undefined
      ? html`<p class="notice">${statusBadge("unknown", "still standing")} Written before the environments were torn down.</p>`
      : html`${teardown.map(
          (proof) =>
            html`<h3>${proof.environmentId}</h3><p class="notice">${proof.proved ? statusBadge("good", "proved clean") : statusBadge("bad", "not proved")} Read from the world at <time>${oneLine(proof.at)}</time>.</p>${dataTable(
              {
                label: `What was looked for after the teardown of ${proof.environmentId}`,
                columns: [{ head: "Looked for" }, { head: "Found", number: true }, { head: "How" }],
                rows: proof.checked.map((check) => [
                  oneLine(check.what),
                  formatCount(check.found),
                  oneLine(check.detail),
                ]),
              },
            )}`,
        )}`;
  return section("teardown", "Teardown", body);
}

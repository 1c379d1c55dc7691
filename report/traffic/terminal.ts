import pico from "picocolors";
import type { TrafficCheck } from "../../traffic/checking/compare";
import type { Learned } from "../../traffic/learn";
import type { TrafficModel } from "../../traffic/model";
import { oneLine } from "../text";
import { textTable } from "../text-table";

const grouped = (value: number): string => value.toLocaleString("en");
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const figure = (value: number): string => Number(value.toPrecision(3)).toString();
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;

/** Steps shown; all are in the files. */
const MOST_STEPS = 15;

function popularityOf({ placeholders }: TrafficModel["steps"][number]): string {
  const texts = placeholders.map(({ items, popularity }) =>
    popularity === null
      ? grouped(items)
      : `${grouped(items)}, Zipf ${popularity.exponent.toFixed(2)} ±${(popularity.distance * 100).toFixed(1)} %`,
  );
  return texts.length === 0 ? "–" : texts.join("; ");
}

/** What was learned, for people: where it comes from, what was left out and why, and the steps. */
export function renderLearned(
  { model, malformed }: Pick<Learned, "model" | "malformed">,
  written: readonly string[],
  { colour }: { readonly colour: boolean },
): string {
  const colours = pico.createColors(colour);
  const { log, requests, sessions, arrivals, settings } = model;
  const apart = Object.entries(requests.setApart).sort((a, b) => b[1] - a[1]);
  const bots = Object.entries(requests.bots);
  const [head = "", ...rows] = textTable(
    [
      ["step", "template", "share", "pause, median", "fit off by", "items, popularity"],
      ...model.steps
        .slice(0, MOST_STEPS)
        .map((step) => [
          step.name,
          `${step.method} ${step.path}`,
          percent(step.share),
          step.thinkTime === null ? "–" : `${figure(step.thinkTime.medianSeconds)} s`,
          step.thinkTime === null ? "–" : percent(step.thinkTime.distance),
          popularityOf(step),
        ]),
    ],
    46,
  );
  const left = model.steps.length - MOST_STEPS;
  return [
    `${grouped(log.requests)} requests from ${minute(log.from)} to ${minute(log.to)} UTC (${log.formats.join(", ")}, ${log.files} ${log.files === 1 ? "file" : "files"})`,
    `${grouped(sessions.count)} visits of ${figure(sessions.requestsPerSession)} requests, told apart by ${
      sessions.byCookie === 0
        ? "address and user agent"
        : sessions.byCookie === sessions.count
          ? "cookie"
          : `cookie (${percent(sessions.byCookie / sessions.count)}), else by address and user agent`
    }, ended by ${settings.idleMinutes} idle minutes`,
    `Visits begun per minute: mean ${figure(arrivals.perMinute.mean)}, P50 ${figure(arrivals.perMinute.p50)}, P95 ${figure(arrivals.perMinute.p95)}, P99 ${figure(arrivals.perMinute.p99)}, highest ${grouped(arrivals.perMinute.max)}; the peak is ${figure(arrivals.peakPerMinute)} (P${settings.peakPercentile})`,
    ...(arrivals.dispersion === null
      ? []
      : [
          `Index of dispersion of visits in a second: ${figure(arrivals.dispersion)} (1 is random, above it bursts)`,
        ]),
    ...(apart.length + bots.length === 0 ? [] : ["", "Set apart:"]),
    ...apart.map(([reason, count]) => `  ${grouped(count).padStart(12)}  ${reason}`),
    ...bots.map(
      ([pattern, count]) =>
        `  ${grouped(count).padStart(12)}  in ${grouped(sessions.bots[pattern] ?? 0)} visits of bots: ${pattern}`,
    ),
    ...(requests.rare === 0
      ? []
      : [
          `  ${grouped(requests.rare).padStart(12)}  templates beyond the ${settings.mostSteps} most frequent (--max-steps)`,
        ]),
    ...malformedText(malformed, log.malformed, colours),
    ...(sessions.cutShort === 0
      ? []
      : [
          "",
          colours.yellow(
            `${grouped(sessions.cutShort)} visits were ended early: too many were open at once.`,
          ),
        ]),
    "",
    colours.dim(head),
    ...rows,
    ...(left > 0 ? [colours.dim(`  and ${left} more`)] : []),
    "",
    ...written.map((line) => oneLine(line)),
  ].join("\n");
}

function malformedText(
  malformed: Learned["malformed"],
  total: number,
  colours: ReturnType<typeof pico.createColors>,
): readonly string[] {
  if (total === 0) return [];
  const reasons = [...malformed.byReason].sort((a, b) => b[1] - a[1]);
  const more = total - malformed.first.length;
  return [
    "",
    colours.yellow(`${grouped(total)} ${total === 1 ? "line" : "lines"} could not be read:`),
    ...reasons.map(([reason, count]) => `  ${grouped(count).padStart(12)}  ${reason}`),
    ...malformed.first.map(({ file, line, reason }) => colours.dim(`  ${oneLine(file)}:${line}  ${reason}`)),
    ...(more > 0 ? [colours.dim(`  and ${grouped(more)} more (--bad-lines shows more of them)`)] : []),
  ];
}

/** The comparison of generated load with its log, part by part. */
export function renderTrafficCheck(check: TrafficCheck, { colour }: { readonly colour: boolean }): string {
  const colours = pico.createColors(colour);
  const paint =
    check.verdict === "similar"
      ? colours.green
      : check.verdict === "different"
        ? colours.red
        : colours.yellow;
  const missing = check.parts.filter(({ score }) => score === null).map(({ part }) => part);
  const overall = check.score === null ? "no score" : `score ${check.score.toFixed(3)}`;
  return [
    ...check.parts.map(
      ({ part, score, detail }) =>
        `  ${part.padEnd(12)} ${(score === null ? "no data" : score.toFixed(3)).padStart(7)}  ${oneLine(detail)}`,
    ),
    "",
    `${paint(check.verdict.toUpperCase())}  ${overall}, at least ${check.minScore} is wanted`,
    ...(missing.length === 0
      ? []
      : [
          `  Nothing is known of ${missing.join(" and ")}, so the whole is not judged. To leave a part out on purpose: --parts ${
            check.parts
              .filter(({ score }) => score !== null)
              .map(({ part }) => part)
              .join(",") || "mix"
          }`,
        ]),
  ].join("\n");
}

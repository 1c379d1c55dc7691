import type { SlowTrace, WaterfallSpan } from "../../../analysis/traces/summary";
import { formatMs, formatTick } from "../../format";
import { oneLine, truncate } from "../../text";
import { html, type SafeHtml } from "../escape";
import { linearScale, type Scale } from "./scale";
import { bottomAxis, chart, percent } from "./svg";
import { TIER_NAMES } from "./trace-tiers";

const ROW_HEIGHT = 30;
/** Deeper spans are drawn no further to the right. */
const DEEPEST_INDENT = 6;

const nameOf = ({ name, failed }: WaterfallSpan): string => `${oneLine(name)}${failed ? " (failed)" : ""}`;

function row(span: WaterfallSpan, x: Scale, top: number): SafeHtml {
  const from = x.at(span.startMs);
  const width = x.at(span.startMs + span.durationMs) - from;
  const indent = 10 * Math.min(DEEPEST_INDENT, span.depth);
  return html`<g><text class="span-name" x="${indent}" y="${top + 11}">${truncate(nameOf(span), 34)}</text><text class="row-value" x="100%" y="${top + 11}" text-anchor="end">${formatMs(span.durationMs)}</text><rect class="track" x="0" width="100%" y="${top + 15}" height="9"/><svg x="${percent(from)}" y="${top + 15}" width="${percent(width)}" height="9" overflow="visible" aria-hidden="true"><rect class="part tier-${span.tier}" width="100%" height="9"><title>${nameOf(span)}, ${TIER_NAMES[span.tier]}: ${formatMs(span.durationMs)} from ${formatMs(span.startMs)}</title></rect><rect class="tier-${span.tier}" width="2" height="9"/></svg></g>`;
}

/** The spans of one request over its time, as the application saw it. */
export function waterfall(trace: SlowTrace, index: number): SafeHtml | undefined {
  const [root] = trace.spans;
  if (root === undefined) return undefined;
  const x = linearScale(0, root.durationMs, 5);
  const height = trace.spans.length * ROW_HEIGHT + 2;
  const id = `waterfall-${index + 1}`;
  return chart(
    {
      id,
      title: `Spans of trace ${index + 1}: ${oneLine(root.name)}, ${formatMs(root.durationMs)} in the application`,
      description: trace.spans
        .map(
          (span) =>
            `${nameOf(span)}, ${TIER_NAMES[span.tier]}: from ${formatMs(span.startMs)} for ${formatMs(span.durationMs)}.`,
        )
        .join(" "),
      height: height + 24,
    },
    html`${bottomAxis(x, height, formatTick)}${trace.spans.map((span, at) => row(span, x, at * ROW_HEIGHT))}`,
  );
}

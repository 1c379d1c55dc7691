import { formatClock, formatPlain } from "../../format";
import { oneLine, truncate } from "../../text";
import type { Scale } from "../charts/scale";
import { legendMark, type MarkShape, mark, percent } from "../charts/svg";
import { html, type SafeHtml } from "../escape";
import type { Lane, LaneMark, ScalingMoment } from "./scaling";

const LANE_HEIGHT = 38;
// on a phone a mark is this share of the axis wide: closer marks would cover one another
const MARK_SHARE = 0.042;
// pixels of a wide plot and of a letter, to place a lane's text where it fits
const WIDE_PLOT = 980;
const LETTER = 6.9;

interface Meaning {
  readonly shape: MarkShape;
  readonly className: string;
  readonly label: string;
}

/** In order of importance: where two would overlap, the first one is drawn, and the text tells both. */
const MEANINGS = new Map<ScalingMoment, Meaning>([
  ["first-request", { shape: "star", className: "mark ink-4", label: "first request" }],
  ["lost", { shape: "bar", className: "mark limit", label: "lost" }],
  ["out-decided", { shape: "diamond", className: "mark ink-2", label: "decided" }],
  ["in-service", { shape: "circle", className: "mark ink-1", label: "in service" }],
  ["ended", { shape: "square", className: "mark ink-6", label: "ended" }],
  ["launched", { shape: "triangle", className: "mark ink-3", label: "launched" }],
  ["draining", { shape: "down", className: "mark ink-5", label: "draining" }],
  ["ready", { shape: "ring", className: "mark ink-5", label: "ready" }],
]);

// what happened before or after the drawn time is told by the bar, not by a mark at the edge
const inside = ({ atSeconds }: LaneMark, x: Scale): boolean => atSeconds >= x.min && atSeconds <= x.max;

/** The marks of a lane that can be drawn without covering one another, most important first. */
export function placedMarks(lane: Lane, x: Scale): readonly LaneMark[] {
  const placed: LaneMark[] = [];
  for (const moment of MEANINGS.keys())
    for (const candidate of lane.marks)
      if (
        candidate.moment === moment &&
        inside(candidate, x) &&
        placed.every((other) => Math.abs(x.at(other.atSeconds) - x.at(candidate.atSeconds)) >= MARK_SHARE)
      )
        placed.push(candidate);
  return placed;
}

const since = (seconds: number): string =>
  `+${formatPlain(Number(seconds.toFixed(seconds < 0.095 ? 2 : 1)))} s`;

/** `decided 0:35, launched +0.05 s, in service +1 s; draining 2:17, ended +0.3 s` */
export function laneText(lane: Lane): string {
  const starting: string[] = [];
  const ending: string[] = [];
  let startedAt: number | undefined;
  let endingAt: number | undefined;
  for (const { moment, atSeconds } of lane.marks) {
    const label = MEANINGS.get(moment)?.label ?? moment;
    if (moment === "draining" || moment === "ended" || moment === "lost") {
      ending.push(
        `${label} ${endingAt === undefined ? formatClock(atSeconds) : since(atSeconds - endingAt)}`,
      );
      endingAt ??= atSeconds;
    } else {
      starting.push(
        `${label} ${startedAt === undefined ? formatClock(atSeconds) : since(atSeconds - startedAt)}`,
      );
      startedAt ??= atSeconds;
    }
  }
  return [starting.join(", "), ending.join(", ")].filter((part) => part !== "").join("; ");
}

/** Pixels the lanes need. */
export function lanesHeight(lanes: readonly Lane[]): number {
  return lanes.length === 0 ? 0 : lanes.length * LANE_HEIGHT + 8;
}

/** Legend entries of the marks that are drawn. */
export function laneLegend(lanes: readonly Lane[], x: Scale): readonly SafeHtml[] {
  const drawn = new Set(lanes.flatMap((lane) => placedMarks(lane, x).map(({ moment }) => moment)));
  return [...MEANINGS]
    .filter(([moment]) => drawn.has(moment))
    .map(([, { shape, className, label }]) => html`${legendMark(shape, className)}${label}`);
}

function textMarkup(lane: Lane, x: Scale, y: number): SafeHtml {
  const text = laneText(lane);
  const start = x.at(lane.marks[0]?.atSeconds ?? x.min);
  const fromStart = start * WIDE_PLOT + text.length * LETTER <= WIDE_PLOT;
  return fromStart
    ? html`<text class="lane-text wide-only" x="${percent(start)}" y="${y}">${text}</text>`
    : html`<text class="lane-text wide-only" x="100%" y="${y}" text-anchor="end">${text}</text>`;
}

/** The life of every instance: starting (thin), serving (full), draining (thin), with marks and a line of text. */
export function drawLanes(lanes: readonly Lane[], x: Scale, top: number): SafeHtml {
  return html`${lanes.map((lane, index) => {
    const middle = top + 18 + index * LANE_HEIGHT;
    const span = (
      stretch: { readonly fromSeconds: number; readonly toSeconds: number } | undefined,
      className: string,
      height: number,
    ): SafeHtml | string =>
      stretch === undefined
        ? ""
        : html`<rect class="${className}" x="${percent(x.at(stretch.fromSeconds))}" width="${percent(x.at(stretch.toSeconds) - x.at(stretch.fromSeconds))}" y="${middle - height / 2}" height="${height}"/>`;
    return html`<g><text x="-8" y="${middle}" dy="0.34em" text-anchor="end">${truncate(oneLine(lane.instance), 7)}</text>${span(lane.starting, "lane-starting", 4)}${span(lane.serving, "lane-serving", 12)}${span(lane.draining, "lane-draining", 4)}${placedMarks(
      lane,
      x,
    ).map(({ moment, atSeconds }) => {
      const meaning = MEANINGS.get(moment);
      return meaning === undefined ? "" : mark(meaning.shape, meaning.className, x.at(atSeconds), middle);
    })}${textMarkup(lane, x, middle + 19)}<title>${oneLine(lane.instance)}: ${laneText(lane)}</title></g>`;
  })}`;
}

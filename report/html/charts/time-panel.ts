import { formatClock } from "../../format";
import { truncate } from "../../text";
import { html, type SafeHtml } from "../escape";
import { areaPath, linePath, PLOT_UNITS, type Reading } from "./path";
import type { Scale } from "./scale";
import { bottomAxis, chart, percent, valueAxis } from "./svg";

/** Colour and dash pattern of a line, 1 to 8; see the style sheet. The pattern tells lines apart without colour. */
export type Ink = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface PanelLine {
  readonly label: string;
  readonly ink: Ink;
  readonly readings: readonly Reading[];
  /** `broad`: pale and wide, to lie under a line it is compared with. */
  readonly shape: "line" | "step" | "area" | "broad" | "broad-step";
  readonly longestGapSeconds?: number;
}

/** A piece of the time axis with a name: a stage of the arrival curve, the warm-up. */
export interface Band {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly label: string;
  readonly shaded: boolean;
}

/** A moment that every panel shows as a thin vertical line, with a letter where there is room for it. */
export interface Moment {
  readonly atSeconds: number;
  readonly letter: string;
  readonly text: string;
}

/** What all panels of a page share: one time axis, so that a column of panels reads as one picture. */
export interface TimeFrame {
  readonly x: Scale;
  readonly bands: readonly Band[];
  readonly moments: readonly Moment[];
}

export interface PanelOptions {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly description: string;
  readonly y: Scale;
  readonly formatValue: (value: number) => string;
  readonly lines: readonly PanelLine[];
  /** A level to compare with, e.g. the CPU allotment. */
  readonly level?: { readonly value: number; readonly label: string };
  /** @default 108 */
  readonly height?: number;
  /** Above the plot: names of stages and event letters, or the letters alone. */
  readonly header?: "stages" | "letters";
  readonly note?: string;
  /** Drawn below the plot, on the same time axis, `extraHeight` pixels high. */
  readonly extra?: { readonly height: number; readonly content: (top: number) => SafeHtml };
  readonly moreLegend?: readonly SafeHtml[];
}

const HEADER_HEIGHTS = { stages: 36, letters: 20, none: 6 } as const;
const AXIS_HEIGHT = 22;
// pixels of a plot on a phone and on a desk, and of a letter: to leave out labels that would not fit
const NARROW_PLOT = 280;
const WIDE_PLOT = 980;
const LETTER = 7.2;

const fits = (text: string, share: number, plot: number): boolean => text.length * LETTER + 6 <= share * plot;

function bandMarkup(band: Band, x: Scale, top: number, height: number, named: boolean): SafeHtml {
  const from = x.at(band.fromSeconds);
  const to = x.at(band.toSeconds);
  const share = to - from;
  const label = truncate(band.label, 24);
  const text =
    named && fits(label, share, WIDE_PLOT)
      ? html`<text class="stage${fits(label, share, NARROW_PLOT) ? "" : " wide-only"}" x="${percent((from + to) / 2)}" y="10" text-anchor="middle">${label}</text>`
      : "";
  const shade = band.shaded
    ? html`<rect class="shade" x="${percent(from)}" width="${percent(share)}" y="${top}" height="${height}"/>`
    : "";
  return html`${shade}${text}`;
}

// a joined label such as A–C takes this share of a phone's plot
const LETTER_SHARE = 0.1;

/** Joins letters that would touch on a phone: `A–C`. */
export function letterGroups(
  moments: readonly Moment[],
  x: Scale,
): readonly { readonly at: number; readonly label: string }[] {
  const groups: { ats: number[]; letters: string[] }[] = [];
  for (const moment of moments) {
    const at = x.at(moment.atSeconds);
    const last = groups.at(-1);
    const firstAt = last?.ats[0];
    if (last !== undefined && firstAt !== undefined && at - firstAt < LETTER_SHARE) {
      last.ats.push(at);
      last.letters.push(moment.letter);
    } else groups.push({ ats: [at], letters: [moment.letter] });
  }
  return groups.map(({ ats, letters }) => ({
    at: ats.reduce((sum, at) => sum + at, 0) / ats.length,
    label: letters.length === 1 ? (letters[0] ?? "") : `${letters[0] ?? ""}–${letters.at(-1) ?? ""}`,
  }));
}

const isBroad = (line: PanelLine): boolean => line.shape === "broad" || line.shape === "broad-step";

const legend = (lines: readonly PanelLine[], more: readonly SafeHtml[]): SafeHtml =>
  html`<ul class="legend">${lines.map(
    (line) =>
      html`<li><span class="swatch ${isBroad(line) ? "broad" : `ink-${line.ink}`}${line.shape === "area" ? " area" : ""}"></span>${truncate(line.label, 40)}</li>`,
  )}${more.map((item) => html`<li>${item}</li>`)}</ul>`;

/** One chart of the timeline column. */
export function timePanel(frame: TimeFrame, options: PanelOptions): SafeHtml {
  const { x } = frame;
  const plotHeight = options.height ?? 108;
  const header = options.header ?? "none";
  const top = HEADER_HEIGHTS[header];
  const extraHeight = options.extra?.height ?? 0;
  const height = plotHeight + extraHeight;
  const path = { x, y: options.y, height: plotHeight };
  const curves = options.lines.map((line) => {
    const how = {
      ...path,
      step: line.shape === "step" || line.shape === "broad-step",
      ...(line.longestGapSeconds === undefined ? {} : { longestGapSeconds: line.longestGapSeconds }),
    };
    return line.shape === "area"
      ? html`<path class="fill ink-${line.ink}" d="${areaPath(line.readings, how)}"/>`
      : html`<path class="line ${isBroad(line) ? "broad" : `ink-${line.ink}`}" d="${linePath(line.readings, how)}" vector-effect="non-scaling-stroke"/>`;
  });
  const level =
    options.level === undefined
      ? ""
      : html`<line class="level" x1="0" x2="100%" y1="${(1 - options.y.at(options.level.value)) * plotHeight}" y2="${(1 - options.y.at(options.level.value)) * plotHeight}"/>`;
  const letters =
    header === "none"
      ? []
      : letterGroups(frame.moments, x).map(
          (group) =>
            html`<text class="letter" x="${percent(group.at)}" y="${top - 7}" text-anchor="middle">${group.label}</text>`,
        );
  const moments = frame.moments.map(
    (moment) =>
      html`<line class="moment" x1="${percent(x.at(moment.atSeconds))}" x2="${percent(x.at(moment.atSeconds))}" y1="${header === "none" ? 0 : -3}" y2="${height}"/>`,
  );
  const svg = chart(
    {
      id: options.id,
      title: options.title,
      description: options.description,
      height: top + height + AXIS_HEIGHT,
    },
    html`${frame.bands.map((band) => bandMarkup(band, x, top, height, header === "stages"))}${letters}<svg y="${top}" width="100%" height="${height}" overflow="visible">${bottomAxis(x, height, formatClock)}${valueAxis(options.y, plotHeight, options.formatValue)}${moments}${level}<svg width="100%" height="${plotHeight}" viewBox="0 0 ${PLOT_UNITS} ${plotHeight}" preserveAspectRatio="none" overflow="visible">${curves}</svg>${options.extra?.content(plotHeight) ?? ""}</svg>`,
  );
  const levelKey =
    options.level === undefined ? [] : [html`<span class="swatch level"></span>${options.level.label}`];
  return html`<figure class="panel"><figcaption><h4>${options.title} <span class="unit">${options.unit}</span></h4>${legend(options.lines, [...levelKey, ...(options.moreLegend ?? [])])}</figcaption><div class="plot">${svg}</div>${
    options.note === undefined ? "" : html`<p class="note">${options.note}</p>`
  }</figure>`;
}

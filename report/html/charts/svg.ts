import { html, type SafeHtml } from "../escape";
import type { Scale } from "./scale";

/** Position along a chart's width as an SVG percentage. */
export function percent(fraction: number): string {
  const safe = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
  return `${Math.round(safe * 10_000) / 100}%`;
}

/** Keeps the label of the first and last tick inside the plot. */
export function anchorAt(fraction: number): "start" | "middle" | "end" {
  return fraction < 0.03 ? "start" : fraction > 0.97 ? "end" : "middle";
}

export interface ChartOptions {
  /** Unique in the page. */
  readonly id: string;
  /** Accessible name: what the chart shows. */
  readonly title: string;
  /** Accessible description: what it says, in figures. */
  readonly description: string;
  /** Pixels; the width is that of the page. */
  readonly height: number;
  readonly className?: string;
}

/** A static chart with a text alternative. Labels keep their size at any width: only curves stretch. */
export function chart(options: ChartOptions, content: SafeHtml | readonly SafeHtml[]): SafeHtml {
  const { id, title, description, height, className } = options;
  return html`<svg class="chart${className === undefined ? "" : ` ${className}`}" role="img" width="100%" height="${height}" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`;
}

/** Horizontal grid lines with labels left of the plot. */
export function valueAxis(y: Scale, height: number, format: (value: number) => string): SafeHtml {
  return html`<g class="axis">${y.ticks.map((tick) => {
    const top = Math.round((1 - tick.at) * height * 10) / 10;
    return html`<line class="${tick.at === 0 ? "base" : "grid"}" x1="0" x2="100%" y1="${top}" y2="${top}"/><text x="-8" y="${top}" dy="0.34em" text-anchor="end">${format(tick.value)}</text>`;
  })}</g>`;
}

/** Vertical grid lines with labels below the plot. */
export function bottomAxis(x: Scale, height: number, format: (value: number) => string): SafeHtml {
  return html`<g class="axis">${x.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${percent(tick.at)}" x2="${percent(tick.at)}" y1="0" y2="${height + 4}"/><text x="${percent(tick.at)}" y="${height + 17}" text-anchor="${anchorAt(tick.at)}">${format(tick.value)}</text>`,
  )}</g>`;
}

/** Marks told apart by shape as well as by colour. Drawn around (0, 0) of the given fraction and height. */
export type MarkShape = "circle" | "square" | "diamond" | "triangle" | "star" | "bar" | "ring" | "down";

const SHAPES: Readonly<Record<MarkShape, string>> = {
  circle: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z",
  ring: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0ZM-2 0a2 2 0 1 1 4 0a2 2 0 1 1-4 0Z",
  square: "M-4-4h8v8h-8Z",
  diamond: "M0-6L5.5 0L0 6L-5.5 0Z",
  triangle: "M0-5.5L5.5 4.5H-5.5Z",
  down: "M0 5.5L5.5-4.5H-5.5Z",
  star: "M0-6.5L1.7-2.2L6.2-2L2.7.9L3.9 5.3L0 2.8L-3.9 5.3L-2.7.9L-6.2-2L-1.7-2.2Z",
  bar: "M-1.25-10h2.5v20h-2.5Z",
};

/** One mark. A nested svg carries the percentage, which a transform cannot. */
export function mark(shape: MarkShape, className: string, at: number, y: number, label?: string): SafeHtml {
  return html`<svg x="${percent(at)}" y="${y}" width="1" height="1" overflow="visible" aria-hidden="true"><path class="${className}" d="${SHAPES[shape]}">${
    label === undefined ? "" : html`<title>${label}</title>`
  }</path></svg>`;
}

/** The same mark for a legend. */
export function legendMark(shape: MarkShape, className: string): SafeHtml {
  return html`<svg class="key" aria-hidden="true" width="16" height="14" viewBox="-8 -7 16 14"><path class="${className}" d="${SHAPES[shape]}"/></svg>`;
}

import type { VerdictKind } from "../../analysis/model";
import { html, type SafeHtml, trustedHtml } from "./escape";

/** States that are shown by a shape and a word, and by colour only on top of that. */
export type Status = "good" | "bad" | "unknown" | "void";

const GLYPHS: Readonly<Record<Status, string>> = {
  good: '<path d="M5.5 12.5l4 4 9-9.5"/>',
  bad: '<path d="M7 7l10 10M17 7L7 17"/>',
  unknown: '<path d="M8.6 9.2a3.5 3.5 0 1 1 5 3.1c-1.1.6-1.6 1.1-1.6 2.2M12 17.6v.3"/>',
  void: '<circle cx="12" cy="12" r="6.6"/><path d="M7.4 16.6l9.2-9.2"/>',
};

/** Decoration beside a word, hence hidden from readers. */
export function glyph(status: Status, size: number): SafeHtml {
  return html`<svg class="glyph" aria-hidden="true" width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">${trustedHtml(GLYPHS[status])}</svg>`;
}

/** The verdict's own sign: the same glyph in a ring, readable across a room. */
export function verdictSign(status: Status): SafeHtml {
  const inner =
    status === "void"
      ? '<path d="M5 19L19 5"/>'
      : `<g transform="translate(2.4 2.4) scale(.8)">${GLYPHS[status]}</g>`;
  return html`<svg class="glyph" aria-hidden="true" width="44" height="44" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.1" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="10.4"/>${trustedHtml(inner)}</svg>`;
}

export function statusBadge(status: Status, word: string): SafeHtml {
  return html`<span class="badge ${status}">${glyph(status, 15)} ${word}</span>`;
}

export const VERDICTS: Readonly<Record<VerdictKind, { readonly word: string; readonly status: Status }>> = {
  pass: { word: "Pass", status: "good" },
  regression: { word: "Regression", status: "bad" },
  inconclusive: { word: "Inconclusive", status: "unknown" },
  invalid: { word: "Invalid", status: "void" },
};

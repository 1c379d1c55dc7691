/** Text from outside (names, error texts, parameters) on its way into a page, a comment or a terminal. */

// Control characters could drive a terminal, direction characters could make a name read as another one.
const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** Replaces characters that steer instead of print by the replacement character, and repairs lone surrogates. */
export function cleanText(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8").replace(UNPRINTABLE, "\ufffd");
}

/** As `cleanText`, on one line. */
export function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/gu, " ").trim();
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const ZERO_WIDTH = /[\p{Mn}\p{Me}\u200b-\u200f\u2060\ufeff]/u;

const charWidth = (character: string): number =>
  ZERO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;

/** Columns the text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += charWidth(character);
  return width;
}

/** At most `columns` wide; a cut is shown by an ellipsis. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const character of text) {
    width += charWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

import { plainSpaces } from "./format";
import { displayWidth, oneLine, truncate } from "./text";

/**
 * Rows as lines of aligned columns, two spaces apart and indented by two. Names from outside may be long: cells are cut.
 * @param rows the first one says how many columns there are
 */
export function textTable(rows: readonly (readonly string[])[], longestCell = 36): string[] {
  const cells = rows.map((row) => row.map((cell) => truncate(plainSpaces(oneLine(cell)), longestCell)));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column] ?? ""))),
  );
  return cells.map((row) =>
    `  ${row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - displayWidth(cell))).join("  ")}`.trimEnd(),
  );
}

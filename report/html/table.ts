import { type HtmlValue, html, type SafeHtml } from "./escape";

export interface Column {
  readonly head: string;
  /** Shown small next to the head: `ms`, `/s`. */
  readonly unit?: string;
  /** Right aligned, figures of one width. */
  readonly number?: boolean;
}

export interface TableOptions {
  /** Accessible name; also the name of its scroll area. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** Cells in column order. The first cell is the head of its row. */
  readonly rows: readonly (readonly HtmlValue[])[];
  /** `stack`: one block a row on narrow pages; `scroll`: sideways inside its own area. @default scroll */
  readonly narrow?: "stack" | "scroll";
  readonly className?: string;
}

const cellClass = (column: Column | undefined): string => (column?.number === true ? "number" : "text");

export function columnHead(column: Column): SafeHtml {
  return html`<th scope="col" class="${cellClass(column)}">${column.head}${
    column.unit === undefined ? "" : html` <span class="unit">${column.unit}</span>`
  }</th>`;
}

/** A table in a scroll area of its own, so that the page never scrolls sideways. */
export function dataTable(options: TableOptions): SafeHtml {
  const { label, columns, rows } = options;
  const stack = options.narrow === "stack";
  const table = html`<table class="${stack ? "stack" : "plain"}${options.className === undefined ? "" : ` ${options.className}`}"><caption class="hidden">${label}</caption><thead><tr>${columns.map(columnHead)}</tr></thead><tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) =>
        index === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td class="${cellClass(columns[index])}" data-label="${columns[index]?.head ?? ""}">${cell}</td>`,
      )}</tr>`,
  )}</tbody></table>`;
  return stack ? table : scrollArea(label, table);
}

/** Wide content scrolls inside; reachable by keyboard. */
export function scrollArea(label: string, content: SafeHtml): SafeHtml {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** Name and value pairs. */
export function factList(facts: readonly (readonly [string, HtmlValue])[]): SafeHtml {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

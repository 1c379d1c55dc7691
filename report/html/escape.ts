import { cleanText } from "../text";

/** Text that is known to be HTML. Only `html` and `trustedHtml` make it, so nothing read from data can pass for it. */
export class SafeHtml {
  private constructor(private readonly markup: string) {}

  static of(markup: string): SafeHtml {
    return new SafeHtml(markup);
  }

  toString(): string {
    return this.markup;
  }
}

/** What may stand in a template. Booleans and absent values print nothing, so `condition && html\`…\`` reads well. */
export type HtmlValue = SafeHtml | string | number | boolean | null | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Escapes for element content and for quoted attribute values alike, and makes control and direction characters visible. */
export function escapeHtml(text: string): string {
  return cleanText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");
}

const render = (value: HtmlValue): string => {
  if (value instanceof SafeHtml) return value.toString();
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "—";
  if (value === null || value === undefined || typeof value === "boolean") return "";
  return value.map(render).join("");
};

/** Template tag that escapes every value unless it is SafeHtml. Values in attributes must stand in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  return SafeHtml.of(strings.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

/** For the page's own constants (style sheet, icons). Never for anything that came with the data. */
export function trustedHtml(markup: string): SafeHtml {
  return SafeHtml.of(markup);
}

import { type TemplatePart, templateParts } from "../../templates";
import { camelCase } from "../k6/javascript-text";

/** A Java string literal; JSON's escapes are Java's too. */
export const javaText = (text: string): string => JSON.stringify(text);

/** How a variable's value gets into the text. */
export type JavaEscaping = "path" | "json" | "none";

/** Gatling's own expressions begin with `#{`; what only looks like one is escaped. */
export const elText = (text: string): string => text.replaceAll("#{", "##{");

/**
 * A template as an argument: Gatling's expression language where the values need no escaping, else a function of the session.
 * @param plain variables whose values need none
 * @param base a Java constant in front of the text
 */
export function javaTemplate(
  template: string,
  escaping: JavaEscaping,
  plain: ReadonlySet<string>,
  base?: string,
): string {
  const inFront = base === undefined ? "" : `${base} + `;
  const parts = templateParts(template);
  const simple = (part: TemplatePart): boolean =>
    part.kind === "text" || escaping === "none" || plain.has(part.name);
  if (parts.every(simple)) {
    return `${inFront}${javaText(
      parts.map((part) => (part.kind === "text" ? elText(part.text) : `#{${part.name}}`)).join(""),
    )}`;
  }
  const helper = escaping === "path" ? "encoded" : "jsonText";
  const terms = parts.map((part) => {
    if (part.kind === "text") return javaText(part.text);
    return plain.has(part.name)
      ? `session.getString(${javaText(part.name)})`
      : `${helper}(session, ${javaText(part.name)})`;
  });
  return `session -> ${inFront}${terms.join(" + ")}`;
}

/** A duration in the largest unit that holds it exactly. */
export function javaDuration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  return milliseconds % 1000 === 0
    ? `Duration.ofSeconds(${milliseconds / 1000})`
    : `Duration.ofMillis(${milliseconds})`;
}

/** A camel-case Java name: `add-item` as `addItem`. */
export function javaName(name: string): string {
  const plain = camelCase(name);
  return RESERVED.has(plain) ? `${plain}Journey` : plain;
}

/** Words that cannot be fields here: Java's own that a journey may well be called, and what the simulation already has. */
const RESERVED = new Set([
  "new",
  "return",
  "default",
  "switch",
  "case",
  "try",
  "import",
  "package",
  "protocol",
  "http",
  "status",
  "csv",
  "visits",
  "group",
]);

export const indent = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

/** Calls that go on from each other as an argument: the first one stands by itself. */
export function chained(lines: readonly string[]): readonly string[] {
  const [first = "", ...rest] = lines;
  return [first.replace(/^\./, ""), ...rest];
}

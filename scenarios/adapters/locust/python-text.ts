import { templateVariables } from "../../templates";
import { pascalCase } from "../step-facts";

/** A Python string literal; JSON's escapes are Python's too. */
export function pythonText(text: string): string {
  const quoted = JSON.stringify(text);
  // JSON inside a string is easier to read between single quotes.
  return text.includes('"') && !/['\\\n\r\t]/.test(text) ? `'${text}'` : quoted;
}

export const pythonValue = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);

/** Text with the visit's data in it. */
export function filled(template: string, by: "path" | "text" | "json_text"): string {
  return templateVariables(template).length === 0
    ? pythonText(template)
    : `${by}(${pythonText(template)}, data)`;
}

/** JavaScript's named groups as Python writes them. */
export const pythonPattern = (pattern: string): string =>
  pythonText(pattern.replaceAll(/\(\?<(?![=!])/g, "(?P<"));

/** Name of the class of a journey's visits. */
export const visitClass = (journey: { readonly name: string }): string => `${pascalCase(journey.name)}Visit`;

export const indent = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? line : " ".repeat(by) + line));

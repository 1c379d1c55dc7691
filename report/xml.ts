import { cleanText } from "./text";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A parser would make spaces of these inside an attribute, or join \r\n.
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Escapes for XML 1.0 content and quoted attributes alike; characters that XML cannot hold are made visible. */
export function escapeXml(text: string): string {
  return cleanText(text).replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? "");
}

/** Attributes in order, each with a space before it. */
export function xmlAttributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

import { templateParts } from "../../templates";

/** A JavaScript string literal, safe in any script. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** A property key: bare where JavaScript allows it. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/** Access to a property: `steps.home`, `steps["add-item"]`. */
export function propertyAccess(object: string, name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${object}.${name}` : `${object}[${stringLiteral(name)}]`;
}

/** `add-item` as `addItem`; never starts with a digit. */
export function camelCase(name: string): string {
  const [first = "", ...rest] = name.split("-").filter((word) => word !== "");
  const joined =
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

/** What happens to a variable's value on its way into the text. */
export type Escaping = "path" | "json" | "none";

const escapeTemplateText = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("$", "\\$").replaceAll("\r", "\\r");

function variable(name: string, escaping: Escaping): string {
  const value = name.startsWith("env.") ? `__ENV.${name.slice("env.".length)}` : `data.${name}`;
  if (escaping === "path") return `\${encodeURIComponent(${value})}`;
  return escaping === "json" ? `\${jsonText(${value})}` : `\${${value}}`;
}

export interface TemplateOptions {
  /** JavaScript template text in front, e.g. `${BASE_URL}`. */
  readonly prefix?: string;
  /** Variables that hold integers: they need no escaping. */
  readonly plain?: ReadonlySet<string>;
}

/** A template of the model as a JavaScript expression; a plain string literal where it has no variables. */
export function templateExpression(
  template: string,
  escaping: Escaping,
  options: TemplateOptions = {},
): string {
  const { prefix = "", plain } = options;
  const parts = templateParts(template);
  if (prefix === "" && parts.every((part) => part.kind === "text")) return stringLiteral(template);
  const text = parts
    .map((part) =>
      part.kind === "text"
        ? escapeTemplateText(part.text)
        : variable(part.name, plain?.has(part.name) === true ? "none" : escaping),
    )
    .join("");
  return `\`${prefix}${text}\``;
}

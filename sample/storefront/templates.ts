/** HTML that is already safe to send. Only `html` and `renderDescription` make it. */
export class SafeHtml {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export type HtmlValue = string | number | SafeHtml | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe in element text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function toHtml(value: HtmlValue): string {
  if (value instanceof SafeHtml) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeHtml(value);
  let text = "";
  for (const part of value) text += toHtml(part);
  return text;
}

/** Template tag: every value is escaped unless it is `SafeHtml`; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += toHtml(value) + (strings[index + 1] ?? "");
  });
  return new SafeHtml(text);
}

/** Product descriptions are plain text with **bold** words and "- " list lines. Everything else is escaped. */
export function renderDescription(source: string): SafeHtml {
  const inline = (line: string) => escapeHtml(line).replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>");
  let text = "";
  let inList = false;
  for (const line of source.split("\n")) {
    const item = line.startsWith("- ");
    if (item !== inList) text += item ? "<ul>" : "</ul>";
    inList = item;
    if (item) text += `<li>${inline(line.slice(2))}</li>`;
    else if (line.trim() !== "") text += `<p>${inline(line)}</p>`;
  }
  return new SafeHtml(inList ? `${text}</ul>` : text);
}

/** Marks the words of a search in a text; both are escaped. */
export function highlight(text: string, words: readonly string[]): SafeHtml {
  const wanted = words
    .filter((word) => word !== "")
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return new SafeHtml(escapeHtml(text));
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "gi"));
  return new SafeHtml(
    parts
      .map((part, index) => (index % 2 === 1 ? `<mark>${escapeHtml(part)}</mark>` : escapeHtml(part)))
      .join(""),
  );
}

/** "1,234.50" from cents; the currency sign belongs to the page. */
export function formatCents(cents: number): string {
  const whole = Math.floor(cents / 100).toString();
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${grouped}.${(cents % 100).toString().padStart(2, "0")}`;
}

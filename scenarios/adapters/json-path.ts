/** `items.0.id` as `$.items[0].id`, `items.*.id` as `$.items[*].id`. */
export function jsonPathOf(path: string): string {
  const parts = path.split(".").map((part) => {
    if (part === "*") return "[*]";
    if (/^\d+$/.test(part)) return `[${part}]`;
    return /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `['${part.replaceAll("'", "\\'")}']`;
  });
  return `$${parts.join("")}`;
}

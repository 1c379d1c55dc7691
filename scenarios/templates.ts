/** `${name}` in paths, headers and bodies: a variable of the journey. */

const VARIABLE = /\$\{([^}]*)\}/g;

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string };

/** Text and variables in order. */
export function templateParts(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of template.matchAll(VARIABLE)) {
    if (match.index > at) parts.push({ kind: "text", text: template.slice(at, match.index) });
    parts.push({ kind: "variable", name: match[1] ?? "" });
    at = match.index + match[0].length;
  }
  if (at < template.length) parts.push({ kind: "text", text: template.slice(at) });
  return parts;
}

/** Names of the variables a template uses. */
export function templateVariables(template: string): readonly string[] {
  return templateParts(template).flatMap((part) => (part.kind === "variable" ? [part.name] : []));
}

import type { z } from "zod";
import type { Problem } from "./errors";

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );

const pathText = (prefix: string, path: readonly PropertyKey[]): string =>
  [...(prefix === "" ? [] : [prefix]), ...path.map(String)].join(".") || "(the whole file)";

/** The closest of the known names, when close enough to be a slip of the finger. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Keys an object schema accepts at a path, as far as the schema says. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  const unwrap = (value: unknown): unknown => {
    let inner = value;
    for (let depth = 0; depth < 8; depth++) {
      const def: unknown =
        typeof inner === "object" && inner !== null ? Reflect.get(inner, "def") : undefined;
      // Of a pipe, as `preprocess` makes one, what comes out of it.
      const innerType: unknown =
        typeof def === "object" && def !== null
          ? (Reflect.get(def, "innerType") ?? Reflect.get(def, "out"))
          : undefined;
      if (innerType === undefined) return inner;
      inner = innerType;
    }
    return inner;
  };
  const shapeOf = (value: unknown): Record<string, unknown> | undefined => {
    const inner = unwrap(value);
    if (typeof inner !== "object" || inner === null) return undefined;
    const shape: unknown = Reflect.get(inner, "shape");
    if (typeof shape === "object" && shape !== null) return { ...shape };
    const def: unknown = Reflect.get(inner, "def");
    const options: unknown =
      typeof def === "object" && def !== null ? Reflect.get(def, "options") : undefined;
    return Array.isArray(options)
      ? options.map(shapeOf).find((candidate) => candidate !== undefined)
      : undefined;
  };
  for (const key of path) {
    current = shapeOf(current)?.[String(key)];
  }
  return Object.keys(shapeOf(current) ?? {});
}

function allowedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "record" ? "an object" : `a ${issue.expected}`;
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${issue.origin === "string" ? " characters" : issue.origin === "array" ? " items" : ""}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${issue.origin === "string" ? " characters" : issue.origin === "array" ? " items" : ""}`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

/** Every issue of a zod error as a `Problem`, each naming the field, its value and what is allowed. */
export function problemsFromZod(
  error: z.ZodError,
  input: unknown,
  schema: z.ZodType,
  prefix = "",
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => {
        const guess = closestName(key, known);
        return {
          field: pathText(prefix, [...issue.path, key]),
          allowed: known.length === 0 ? "no such field" : `one of ${known.join(", ")}`,
          ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
        };
      });
    }
    if (issue.code === "invalid_union") {
      const deepest = issue.errors.reduce<readonly z.core.$ZodIssue[]>((best, issues) => {
        const depth = Math.max(0, ...issues.map((inner) => inner.path.length));
        const bestDepth = Math.max(-1, ...best.map((inner) => inner.path.length));
        return depth > bestDepth || best.length === 0 ? issues : best;
      }, []);
      return deepest.flatMap((inner) =>
        inner.code === "unrecognized_keys"
          ? inner.keys.map((key) => {
              const known = knownKeys(schema, [...issue.path, ...inner.path]);
              const guess = closestName(key, known);
              return {
                field: pathText(prefix, [...issue.path, ...inner.path, key]),
                allowed: known.length === 0 ? "no such field" : `one of ${known.join(", ")}`,
                ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
              };
            })
          : [
              {
                field: pathText(prefix, [...issue.path, ...inner.path]),
                value: at(input, [...issue.path, ...inner.path]),
                allowed: allowedOf(inner),
              },
            ],
      );
    }
    const value = at(input, issue.path);
    return [
      {
        field: pathText(prefix, issue.path),
        ...(value === undefined ? {} : { value }),
        allowed:
          value === undefined && issue.code === "invalid_type"
            ? `${allowedOf(issue)}; it is missing`
            : allowedOf(issue),
      },
    ];
  });
}

/** Careful readers for JSON that this program wrote, possibly in another version or only half of it. */
export type JsonObject = { readonly [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function text(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === "string" ? value : undefined;
}

export function number(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function numbers(object: JsonObject, key: string): number[] | undefined {
  const value = object[key];
  return Array.isArray(value) && value.every((entry): entry is number => typeof entry === "number")
    ? value
    : undefined;
}

export function texts(object: JsonObject, key: string): string[] | undefined {
  const value = object[key];
  return Array.isArray(value) && value.every((entry): entry is string => typeof entry === "string")
    ? value
    : undefined;
}

/** A `{ pid, startTicks }` object. */
export function processRefField(
  object: JsonObject,
  key: string,
): { readonly pid: number; readonly startTicks: number } | undefined {
  const value = object[key];
  if (!isJsonObject(value)) return undefined;
  const pid = number(value, "pid");
  const startTicks = number(value, "startTicks");
  return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks };
}

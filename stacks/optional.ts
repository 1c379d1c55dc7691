import { z } from "zod";

/** Configuration values are text; an empty one counts as not given. */
export const given = (value: unknown): unknown =>
  typeof value === "string" && value.trim() === "" ? undefined : value;

export const optional = <T extends z.ZodType>(schema: T) => z.preprocess(given, schema.optional());

/** A structured value arrives as JSON's text; what is no JSON is left to be refused by its schema. */
export function structured(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (value.trim() === "") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
}

import { z } from "zod";
import { ConfigError, type Problem } from "../core/errors";
import { closestName } from "../core/zod-problems";
import type { Scenario } from "./define";

/** One parameter of a scenario, for help and for error messages. */
export interface ParameterDescription {
  readonly name: string;
  /** `number`, `integer`, `boolean`, `string`, `array` or `object`. */
  readonly type: string;
  /** Type with its range: `integer 1..1000`, `one of a, b`. */
  readonly allowed: string;
  readonly default: unknown;
  readonly description: string;
}

/** The part of JSON Schema that parameters use. */
const fieldSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  pattern: z.string().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
});
type Field = z.output<typeof fieldSchema>;
const documentSchema = z.looseObject({ properties: z.record(z.string(), fieldSchema).default({}) });

function range(field: Field): string {
  // zod writes the safe integers as bounds of every integer: that is no news to a person.
  const low =
    field.minimum !== undefined && field.minimum > Number.MIN_SAFE_INTEGER ? field.minimum : undefined;
  const high =
    field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER ? field.maximum : undefined;
  const above = field.exclusiveMinimum;
  const below = field.exclusiveMaximum;
  if (low !== undefined && high !== undefined) return ` ${low}..${high}`;
  const parts = [
    ...(low === undefined ? [] : [`at least ${low}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(high === undefined ? [] : [`at most ${high}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}

function allowedText(field: Field): string {
  if (field.enum !== undefined) return `one of ${field.enum.map(String).join(", ")}`;
  if (field.type === "array") return `list of ${field.items?.type ?? "value"}s, separated by commas`;
  if (field.pattern !== undefined) return `${field.type ?? "string"} like ${field.pattern}`;
  return `${field.type ?? "value"}${range(field)}`;
}

/** Name, type, range, default and meaning of every parameter, in the author's order. */
export function describeParameters(scenario: Scenario): readonly ParameterDescription[] {
  const document = documentSchema.parse(
    z.toJSONSchema(scenario.parameters, { io: "input", unrepresentable: "any" }),
  );
  return Object.entries(document.properties).map(([name, field]) => ({
    name,
    type: field.enum === undefined ? (field.type ?? "object") : "string",
    allowed: allowedText(field),
    default: field.default,
    description: field.description ?? "",
  }));
}

const TRUE = new Set(["true", "yes", "on", "1"]);
const FALSE = new Set(["false", "no", "off", "0"]);

/** The text of a `--set` as the value its parameter wants; left as text where it does not fit, for the schema to reject. */
function coerce(text: string, parameter: ParameterDescription): unknown {
  const trimmed = text.trim();
  switch (parameter.type) {
    case "number":
    case "integer": {
      const value = trimmed === "" ? Number.NaN : Number(trimmed);
      return Number.isFinite(value) ? value : text;
    }
    case "boolean":
      if (TRUE.has(trimmed.toLowerCase())) return true;
      return FALSE.has(trimmed.toLowerCase()) ? false : text;
    case "array":
      if (!trimmed.startsWith("["))
        return trimmed === "" ? [] : trimmed.split(",").map((item) => item.trim());
      return parseJson(trimmed) ?? text;
    case "object":
      return parseJson(trimmed) ?? text;
    default:
      return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface ParameterInput {
  /** `--set` texts, `name=value`. */
  readonly set?: readonly string[];
  /** Values of a config file. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * The scenario's parameters with defaults filled in; `--set` goes before the config file's values.
 * @throws ConfigError naming every unknown and every invalid parameter, with what is allowed
 */
export function resolveParameters(
  scenario: Scenario,
  input: ParameterInput = {},
): Readonly<Record<string, unknown>> {
  const known = describeParameters(scenario);
  const byName = new Map(known.map((parameter) => [parameter.name, parameter]));
  const problems: Problem[] = [];
  const unknownName = (field: string, name: string): void => {
    const guess = closestName(name, [...byName.keys()]);
    problems.push({
      field,
      allowed: `one of ${known.map((parameter) => `${parameter.name} (${parameter.allowed})`).join("; ")}`,
      hint:
        guess === undefined ? `See them with: perfbed scenarios ${scenario.name}` : `Did you mean ${guess}?`,
    });
  };

  const given: Record<string, unknown> = {};
  const fieldOf = new Map<string, string>();
  for (const [name, value] of Object.entries(input.values ?? {})) {
    if (!byName.has(name)) unknownName(`parameters.${name}`, name);
    else given[name] = value;
    fieldOf.set(name, `parameters.${name}`);
  }
  for (const text of input.set ?? []) {
    const equals = text.indexOf("=");
    const name = (equals < 0 ? text : text.slice(0, equals)).trim();
    if (equals <= 0) {
      problems.push({
        field: "--set",
        value: text,
        allowed: "name=value",
        hint: `For example --set ${known[0]?.name ?? "name"}=${String(known[0]?.default ?? "value")}.`,
      });
      continue;
    }
    const parameter = byName.get(name);
    if (parameter === undefined) {
      unknownName(`--set ${name}`, name);
      continue;
    }
    given[name] = coerce(text.slice(equals + 1), parameter);
    fieldOf.set(name, `--set ${name}`);
  }

  const parsed = scenario.parameters.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? "");
      const parameter = byName.get(name);
      const inside = issue.path.slice(1).map(String).join(".");
      problems.push({
        field: `${fieldOf.get(name) ?? `parameter ${name}`}${inside === "" ? "" : `.${inside}`}`,
        ...(given[name] === undefined ? {} : { value: given[name] }),
        allowed:
          issue.code === "custom" || issue.code === "invalid_format"
            ? issue.message
            : (parameter?.allowed ?? issue.message),
        ...(parameter === undefined || parameter.description === "" ? {} : { hint: parameter.description }),
      });
    }
  }
  if (problems.length > 0 || !parsed.success) {
    throw new ConfigError(`Parameters of scenario ${scenario.name}`, problems);
  }
  return parsed.data;
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the test plan, not of this module
import type { Executor } from "../../executor";
import { type Extraction, isHttpStep, type Journey } from "../../model";
import { templateParts } from "../../templates";
import { integerColumns } from "../data/variables";
import { NOT_FOUND } from "./response-elements";

/** Name of the thread group that makes visits of all journeys, where an executor starts them. */
export const VISITS_GROUP = "visits";

/** Variable with the number of a visit among those of its thread group. */
export const VISIT_NUMBER = "visit_number";

/** What the text of a journey depends on. */
export interface JourneyContext {
  readonly journey: Journey;
  readonly executor: Executor | undefined;
  /** Variables that hold integers and need no escaping. */
  readonly integers: ReadonlySet<string>;
  /** Variables of which the last of several found values is taken. */
  readonly lasts: ReadonlySet<string>;
}

const takesLast = (extraction: Extraction): boolean => "pick" in extraction && extraction.pick === "last";

/** @param original with the variables' names as the author gave them */
export function journeyContext(
  original: Journey,
  journey: Journey,
  executor: Executor | undefined,
): JourneyContext {
  const extractions = journey.steps.flatMap((step) => (isHttpStep(step) ? (step.extract ?? []) : []));
  return {
    journey,
    executor,
    integers: integerColumns(original),
    lasts: new Set(extractions.filter(takesLast).map(({ name }) => name)),
  };
}

/** A unique id: of a thread that is a visit, or of one of the visits of all. */
function idText(prefix: string, { journey, executor }: JourneyContext): string {
  const own = `${prefix}\${__P(perfbed.run,run)}-\${__P(perfbed.generator,1)}-`;
  return executor === undefined ? `${own}${journey.name}-\${__threadNum}` : `${own}\${${VISIT_NUMBER}}`;
}

/** JMeter's functions and variables begin with `${`, and so do the model's. */
export function filled(template: string, context: JourneyContext, urlEncode: boolean): string {
  const ids = new Map(
    (context.journey.feeders ?? []).flatMap((feeder) =>
      feeder.kind === "unique-id" ? [[feeder.name, feeder.prefix]] : [],
    ),
  );
  return templateParts(template)
    .map((part) => {
      if (part.kind === "text") return part.text;
      const prefix = ids.get(part.name);
      if (prefix !== undefined) return idText(urlEncode ? encodeURIComponent(prefix) : prefix, context);
      const value = context.lasts.has(part.name)
        ? `\${__V(${part.name}_\${${part.name}_matchNr})}`
        : `\${${part.name}}`;
      return urlEncode && !context.integers.has(part.name) ? `\${__urlencode(${value})}` : value;
    })
    .join("");
}

/** An expression of the language that conditions are in. */
export const jexl = (expression: string): string => `\${__jexl3(${expression.replaceAll(",", "\\,")})}`;

/** Milliseconds since the start of the test. */
export const ELAPSED = "${__time()} - ${__P(TESTSTART.MS)}";

/** Values are told by their names: one with a quote in it would break the condition. */
function isThere(extraction: Extraction): string {
  if (!takesLast(extraction)) return `vars.get("${extraction.name}") != "${NOT_FOUND}"`;
  const count = `vars.get("${extraction.name}_matchNr")`;
  return `${count} != null && ${count} != "0"`;
}

/** That every value was found. */
export const allThere = (extractions: readonly Extraction[]): string =>
  jexl(extractions.map(isThere).join(" && "));

/** That one of them was not. */
export const someMissing = (extractions: readonly Extraction[]): string =>
  jexl(`!(${extractions.map(isThere).join(" && ")})`);

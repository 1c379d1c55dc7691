import type { Check, Extraction, HttpStep, Step } from "../../model";
import { pauseColumn, pickColumn } from "../data/column-names";
import { constantPause } from "../data/random";
import { sentName, sentType, type UploadNames, uploadName } from "../data/uploads";
import { endpointConstant } from "../endpoint-name";
import { jsonPathOf } from "../json-path";
import { DEFAULT_TIMEOUT_SECONDS, expectedStatuses, headersOf, isJsonBody } from "../step-facts";
import { elText, javaDuration, javaTemplate, javaText } from "./java-text";

/** Gatling's `captureGroups` knows as many. */
export const MOST_CAPTURE_GROUPS = 8;

export interface StepContext {
  /** Variables whose values need no escaping. */
  readonly plain: ReadonlySet<string>;
  /** Names beside the simulation of the files that are uploaded. */
  readonly uploads: UploadNames;
  /** Whether a value may be there from before: the session makes the request again, or visits again. */
  readonly again: boolean;
}

/** A pattern as one group of its own: numbers that refer back to its groups are then one higher. */
function wholeMatch(pattern: string): string {
  const shifted = pattern.replace(/\\(\d+|[\s\S])/g, (text, escaped: string) =>
    /^[1-9]\d*$/.test(escaped) ? `\\${Number(escaped) + 1}` : text,
  );
  return `(${shifted})`;
}

/** The regular expression, and what takes the wanted group out of one match of it. */
function regexText({ pattern, group = 1 }: Extract<Extraction, { kind: "regex" }>): {
  readonly find: string;
  readonly thenTake: string;
} {
  if (group <= 1) {
    return { find: `regex(${javaText(elText(group === 0 ? wholeMatch(pattern) : pattern))})`, thenTake: "" };
  }
  return {
    find: `regex(${javaText(elText(pattern))}).captureGroups(${group})`,
    thenTake: `.transform(groups -> groups.get(${group - 1})).notNull()`,
  };
}

/** Takes one of several found values. */
function pickText(extraction: Extraction, step: HttpStep): string {
  if (!("pick" in extraction) || extraction.pick === undefined || extraction.pick === "first") return "";
  return extraction.pick === "last"
    ? ".findAll().transform(found -> found.get(found.size() - 1))"
    : `.findAll().transformWithSession((found, session) -> pick(found, session, ${javaText(pickColumn(extraction.name, step))}))`;
}

function extractionText(extraction: Extraction, step: HttpStep): string {
  const save = `.saveAs(${javaText(extraction.name)})`;
  const pick = pickText(extraction, step);
  switch (extraction.kind) {
    case "json":
      return `jsonPath(${javaText(jsonPathOf(extraction.path))})${pick}.notNull()${save}`;
    case "regex": {
      const { find, thenTake } = regexText(extraction);
      return `${find}${pick}${thenTake}${save}`;
    }
    case "header":
      return `header(${javaText(extraction.header)})${save}`;
    case "cookie":
      // Refused before.
      return `header("set-cookie")${save}`;
  }
}

function checkText(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [`substring(${javaText(elText(check.text))}).exists()`];
    case "json": {
      const path = `jsonPath(${javaText(jsonPathOf(check.path))})`;
      switch (typeof check.equals) {
        case "undefined":
          return [`${path}.notNull()`];
        case "string":
          return [`${path}.is(${javaText(check.equals)})`];
        case "number":
          return [
            `${path}.ofDouble().is(${Number.isInteger(check.equals) ? `${check.equals}.0` : check.equals})`,
          ];
        case "boolean":
          return [`${path}.ofBoolean().is(${check.equals})`];
      }
    }
  }
}

function bodyLines(step: HttpStep, { plain, uploads }: StepContext): readonly string[] {
  const { body, multipart } = step.request;
  if (multipart !== undefined) {
    return [
      ...multipart.map((part) =>
        part.kind === "field"
          ? `  .bodyPart(StringBodyPart(${javaText(part.name)}, ${javaTemplate(part.value, "none", plain)}))`
          : `  .bodyPart(RawFileBodyPart(${javaText(part.name)}, ${javaText(uploadName(uploads, part))}).fileName(${javaText(sentName(part))}).contentType(${javaText(sentType(part))}))`,
      ),
      "  .asMultipartForm()",
    ];
  }
  return body === undefined
    ? []
    : [`  .body(StringBody(${javaTemplate(body, isJsonBody(step.request) ? "json" : "none", plain)}))`];
}

/** A step without its pause, and without what comes of values that are not there. */
export function requestLines(step: HttpStep, context: StepContext): readonly string[] {
  const { plain } = context;
  const { method, path, timeoutSeconds } = step.request;
  const statuses = expectedStatuses(step.checks ?? []);
  const extractions = step.extract ?? [];
  const checks = [
    statuses === undefined ? "status().lt(400)" : `status().in(${statuses.join(", ")})`,
    ...(step.checks ?? []).flatMap(checkText),
    ...extractions.map((extraction) => extractionText(extraction, step)),
  ];
  const base = step.endpoint === undefined ? undefined : endpointConstant(step.endpoint);
  return [
    ...(context.again && extractions.length > 0
      ? [`.exec(session -> session.removeAll(${extractions.map(({ name }) => javaText(name)).join(", ")}))`]
      : []),
    `.exec(http(${javaText(step.name)})`,
    `  .${method.toLowerCase()}(${javaTemplate(path, "path", plain, base)})`,
    ...Object.entries(headersOf(step.request)).map(
      ([name, value]) => `  .header(${javaText(name)}, ${javaTemplate(value, "none", plain)})`,
    ),
    ...bodyLines(step, context),
    ...(timeoutSeconds === undefined || timeoutSeconds === DEFAULT_TIMEOUT_SECONDS
      ? []
      : [`  .requestTimeout(${javaDuration(timeoutSeconds)})`]),
    `  .check(${checks.join(", ")}))`,
  ];
}

/** Java's condition that a value is not there (or, turned round, that all are). */
export function missingText(step: HttpStep, turned = false): string | undefined {
  const names = (step.extract ?? []).map(({ name }) => javaText(name));
  if (names.length === 0) return undefined;
  return turned
    ? names.map((name) => `session.contains(${name})`).join(" && ")
    : names.map((name) => `!session.contains(${name})`).join(" || ");
}

export function pauseLines(step: Step): readonly string[] {
  const { thinkTime } = step;
  if (thinkTime !== undefined && thinkTime.distribution !== "constant") {
    return [`.pause(session -> pauseOf(session, ${javaText(pauseColumn(step))}))`];
  }
  const seconds = constantPause(thinkTime);
  return seconds > 0 ? [`.pause(${javaDuration(seconds)})`] : [];
}

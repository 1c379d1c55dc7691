import type { Check, Extraction, HttpStep, MultipartPart } from "../../model";
import { pickColumn } from "../data/column-names";
import { sentName, sentType, type UploadNames, uploadName } from "../data/uploads";
import { endpointConstant } from "../endpoint-name";
import { expectedStatuses, headersOf, isJsonBody } from "../step-facts";
import { filled, pythonPattern, pythonText, pythonValue } from "./python-text";

export interface StepContext {
  /** Names beside the locustfile of the files that are uploaded. */
  readonly uploads: UploadNames;
  /** In front of the names of extracted values: `setup_` in a set-up. */
  readonly prefix: string;
  /** The statement that ends what has nothing to go on with. */
  readonly leave: string;
}

function partText(part: MultipartPart, uploads: UploadNames): string {
  const value =
    part.kind === "field"
      ? `(None, ${filled(part.value, "text")})`
      : `(${pythonText(sentName(part))}, content(${pythonText(uploadName(uploads, part))}), ${pythonText(sentType(part))})`;
  return `(${pythonText(part.name)}, ${value})`;
}

function requestArguments(step: HttpStep, catches: boolean, context: StepContext): string {
  const { path, body, multipart } = step.request;
  const headers = Object.entries(headersOf(step.request)).map(
    ([name, value]) => `${pythonText(name)}: ${filled(value, "text")}`,
  );
  const base = step.endpoint === undefined ? "" : `${endpointConstant(step.endpoint)} + `;
  return [
    `${base}${filled(path, "path")}`,
    `name=${pythonText(step.name)}`,
    ...(multipart === undefined
      ? []
      : [`files=[${multipart.map((part) => partText(part, context.uploads)).join(", ")}]`]),
    ...(body === undefined || multipart !== undefined
      ? []
      : [`data=${filled(body, isJsonBody(step.request) ? "json_text" : "text")}`]),
    ...(headers.length === 0 ? [] : [`headers={${headers.join(", ")}}`]),
    ...(catches ? ["catch_response=True"] : []),
  ].join(", ");
}

/** Which of several found values: the last argument of the helper's functions. */
function whichText(extraction: Extraction, step: HttpStep): string | undefined {
  if (!("pick" in extraction) || extraction.pick === undefined || extraction.pick === "first")
    return undefined;
  return extraction.pick === "last" ? '"last"' : `data[${pythonText(pickColumn(extraction.name, step))}]`;
}

function extractionText(extraction: Extraction, step: HttpStep): string {
  const which = whichText(extraction, step);
  switch (extraction.kind) {
    case "json":
      return `from_json(response, ${pythonText(extraction.path)}${which === undefined ? "" : `, ${which}`})`;
    case "regex": {
      const { group = 1 } = extraction;
      const more = which === undefined ? (group === 1 ? "" : `, ${group}`) : `, ${group}, ${which}`;
      return `from_body(response, ${pythonPattern(extraction.pattern)}${more})`;
    }
    case "header":
      return `from_header(response, ${pythonText(extraction.header)})`;
    case "cookie":
      return `from_cookie(response, ${pythonText(extraction.cookie)})`;
  }
}

function checkLines(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [
        `expect(response, ${pythonText(check.text)} in (response.text or ""), ${pythonText(`no ${check.text}`)})`,
      ];
    case "json": {
      const value = `from_json(response, ${pythonText(check.path)})`;
      return check.equals === undefined
        ? [`expect(response, ${value} is not None, ${pythonText(`no ${check.path}`)})`]
        : [
            `expect(response, ${value} == ${pythonValue(check.equals)}, ${pythonText(`${check.path} is not ${String(check.equals)}`)})`,
          ];
    }
  }
}

/** A step without its pause. */
export function requestLines(step: HttpStep, context: StepContext): readonly string[] {
  const statuses = expectedStatuses(step.checks ?? []);
  const extractions = step.extract ?? [];
  const nameOf = ({ name }: Extraction): string => `data[${pythonText(`${context.prefix}${name}`)}]`;
  const inside = [
    ...(statuses === undefined ? [] : [`expect_status(response, ${statuses.join(", ")})`]),
    ...(step.checks ?? []).flatMap(checkLines),
    ...extractions.flatMap((extraction) => [
      `${nameOf(extraction)} = ${extractionText(extraction, step)}`,
      `expect(response, ${nameOf(extraction)} is not None, ${pythonText(`no ${extraction.name}`)})`,
    ]),
  ];
  const call = `self.client.${step.request.method.toLowerCase()}(${requestArguments(step, inside.length > 0, context)})`;
  return [
    ...(inside.length === 0 ? [call] : [`with ${call} as response:`, ...inside.map((line) => `    ${line}`)]),
    ...(extractions.length === 0
      ? []
      : [
          `if ${extractions.map((extraction) => `${nameOf(extraction)} is None`).join(" or ")}:`,
          `    ${context.leave}  # nothing to go on with`,
        ]),
  ];
}

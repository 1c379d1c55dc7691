import {
  type Check,
  type Extraction,
  type GrpcStep,
  type HttpStep,
  isHttpStep,
  type SocketStep,
  type Step,
} from "../../model";
import { templateVariables } from "../../templates";
import { endpointConstant } from "../endpoint-name";
import { propertyAccess, propertyKey, stringLiteral, templateExpression } from "./javascript-text";

export const DEFAULT_TIMEOUT_SECONDS = 10;

/** What the text of a step depends on beside the step. */
export interface StepContext {
  /** The object that holds the requests' parameters. */
  readonly params: string;
  /** Variables that need no escaping. */
  readonly numbers: ReadonlySet<string>;
  /** Where extracted values go: `data`, or `data.setup` in a set-up. */
  readonly target: string;
  /** The statement that ends a visit which has nothing to go on with. */
  readonly leave: string;
  /** Names of the constants of uploaded and proto files, by absolute path. */
  readonly files: ReadonlyMap<string, string>;
}

const baseOf = (step: Step): string =>
  step.endpoint === undefined ? "BASE_URL" : endpointConstant(step.endpoint);

/** Statuses that every status check of the step accepts; undefined where the default holds (200..399). */
function expectedStatuses(checks: readonly Check[]): readonly number[] | undefined {
  const sets = checks.flatMap((check) => (check.kind === "status" ? [check.statuses] : []));
  return sets[0]?.filter((status) => sets.every((set) => set.includes(status)));
}

const isBodyCheck = (check: Check): boolean => check.kind !== "status";

/** True when what k6 says of the status is not enough to judge the request. */
export const needsLink = (step: HttpStep): boolean =>
  (step.checks ?? []).some(isBodyCheck) || (step.extract ?? []).length > 0;

const needsBody = (step: HttpStep): boolean =>
  (step.checks ?? []).some(isBodyCheck) ||
  (step.extract ?? []).some(({ kind }) => kind === "json" || kind === "regex");

const hasVariables = (texts: readonly string[]): boolean =>
  texts.some((text) => templateVariables(text).length > 0);

function isJsonBody(step: HttpStep): boolean {
  const type = Object.entries(step.request.headers ?? {}).find(
    ([name]) => name.toLowerCase() === "content-type",
  );
  return type === undefined || /json/i.test(type[1]);
}

/** Headers of the request; a body is JSON unless the step says otherwise. */
function headersOf(step: HttpStep): Readonly<Record<string, string>> {
  const given = step.request.headers ?? {};
  const typed = Object.keys(given).some((name) => name.toLowerCase() === "content-type");
  return step.request.body === undefined || typed ? given : { "content-type": "application/json", ...given };
}

function headersText(headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(
    ([name, value]) => `${propertyKey(name)}: ${templateExpression(value, "none")}`,
  );
  return `{ ${fields.join(", ")} }`;
}

/** The constant part of an HTTP step: what its requests have in common. */
export function requestParameters(step: HttpStep, tags: string | undefined): string {
  const statuses = expectedStatuses(step.checks ?? []);
  const headers = headersOf(step);
  const timeout = step.request.timeoutSeconds;
  const fields = [
    ...(timeout === undefined || timeout === DEFAULT_TIMEOUT_SECONDS ? [] : [`timeoutSeconds: ${timeout}`]),
    ...(statuses === undefined ? [] : [`statuses: [${statuses.join(", ")}]`]),
    ...(needsBody(step) ? ["body: true"] : []),
    ...(Object.keys(headers).length === 0 || hasVariables(Object.values(headers))
      ? []
      : [`headers: ${headersText(headers)}`]),
    ...(tags === undefined ? [] : [`tags: ${tags}`]),
  ];
  const name = stringLiteral(step.name);
  return fields.length === 0 ? `request(${name})` : `request(${name}, { ${fields.join(", ")} })`;
}

function payloadText(step: HttpStep, { numbers, files }: StepContext): string {
  const { body, multipart } = step.request;
  if (multipart === undefined) {
    if (body === undefined) return "null";
    return templateExpression(body, isJsonBody(step) ? "json" : "none", { plain: numbers });
  }
  const parts = multipart.map((part) => {
    if (part.kind === "field") return `${propertyKey(part.name)}: ${templateExpression(part.value, "none")}`;
    const name = stringLiteral(part.fileName ?? part.file.split("/").at(-1) ?? "file");
    const type = stringLiteral(part.contentType ?? "application/octet-stream");
    return `${propertyKey(part.name)}: http.file(${files.get(part.file) ?? "null"}, ${name}, ${type})`;
  });
  return `{ ${parts.join(", ")} }`;
}

function callText(step: HttpStep, context: StepContext): string {
  const { method, path } = step.request;
  const url = templateExpression(path, "path", { prefix: `\${${baseOf(step)}}`, plain: context.numbers });
  const shared = propertyAccess(context.params, step.name);
  const headers = headersOf(step);
  const params = hasVariables(Object.values(headers))
    ? `{ ...${shared}, headers: ${headersText(headers)} }`
    : shared;
  if (method === "GET") return `http.get(${url}, ${params})`;
  const call = method === "DELETE" ? "del" : method.toLowerCase();
  return `http.${call}(${url}, ${payloadText(step, context)}, ${params})`;
}

function extractionText(extraction: Extraction): string {
  switch (extraction.kind) {
    case "json": {
      const path = stringLiteral(extraction.path);
      if (extraction.pick === undefined) return `fromJson(response, ${path})`;
      return `fromJson(response, ${path}, ${stringLiteral(extraction.pick)}, visit)`;
    }
    case "regex": {
      const { group, pick } = extraction;
      const more =
        pick === undefined
          ? group === undefined
            ? ""
            : `, ${group}`
          : `, ${group ?? 1}, ${stringLiteral(pick)}, visit`;
      return `fromBody(response, new RegExp(${stringLiteral(extraction.pattern)})${more})`;
    }
    case "header":
      return `fromHeader(response, ${stringLiteral(extraction.header.toLowerCase())})`;
    case "cookie":
      return `fromCookie(response, ${stringLiteral(extraction.cookie)})`;
  }
}

function conditionText(check: Check): readonly string[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [`bodyContains(response, ${stringLiteral(check.text)})`];
    case "json":
      return [
        `fromJson(response, ${stringLiteral(check.path)}) ${check.equals === undefined ? "!== undefined" : `=== ${JSON.stringify(check.equals)}`}`,
      ];
  }
}

/** Ends the visit where one of the values is missing. */
function leaveText(names: readonly string[], { target, leave }: StepContext): readonly string[] {
  if (names.length === 0) return [];
  const missing = names.map((name) => `${target}.${name} === undefined`).join(" || ");
  return [`if (${missing}) ${leave} // nothing to go on with`];
}

function httpText(step: HttpStep, context: StepContext): readonly string[] {
  if (!needsLink(step)) return [`${callText(step, context)};`];
  const extractions = step.extract ?? [];
  const { target } = context;
  const conditions = [
    ...(step.checks ?? []).flatMap(conditionText),
    ...extractions.map(({ name }) => `${target}.${name} !== undefined`),
  ];
  return [
    "visit.linkNextRequest();",
    `response = ${callText(step, context)};`,
    ...extractions.map((extraction) => `${target}.${extraction.name} = ${extractionText(extraction)};`),
    `visit.verify(${stringLiteral(step.name)}, [${conditions.join(", ")}]);`,
    ...leaveText(
      extractions.map(({ name }) => name),
      context,
    ),
  ];
}

const optionsText = (fields: readonly string[]): string =>
  fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;

function timeoutField(seconds: number | undefined): readonly string[] {
  return seconds === undefined || seconds === DEFAULT_TIMEOUT_SECONDS ? [] : [`timeoutSeconds: ${seconds}`];
}

function socketText(step: SocketStep, context: StepContext): readonly string[] {
  const url = templateExpression(step.path, "path", {
    prefix: `\${${baseOf(step)}}`,
    plain: context.numbers,
  });
  const headers = step.headers ?? {};
  const options = optionsText([
    ...(Object.keys(headers).length === 0 ? [] : [`headers: ${headersText(headers)}`]),
    ...timeoutField(step.timeoutSeconds),
  ]);
  const exchanges = step.exchanges.map(({ send, until }) => {
    const answer = until === undefined ? "" : `, until: ${templateExpression(until, "none")}`;
    return `  { send: ${templateExpression(send, "none")}${answer} },`;
  });
  return [
    `if (!(await overSocket(${stringLiteral(step.name)}, ${url}, ${options}, [`,
    ...exchanges,
    `]))) ${context.leave} // nothing to go on with`,
  ];
}

function grpcText(step: GrpcStep, context: StepContext): readonly string[] {
  const client = context.files.get(step.proto) ?? "client";
  const metadata = step.metadata ?? {};
  const fields = [
    ...(Object.keys(metadata).length === 0 ? [] : [`metadata: ${headersText(metadata)}`]),
    ...timeoutField(step.timeoutSeconds),
  ];
  const message = templateExpression(step.message, "json", { plain: context.numbers });
  const options = fields.length === 0 ? "" : `, ${optionsText(fields)}`;
  const call = `call(${client}, ${baseOf(step)}, ${stringLiteral(step.name)}, ${stringLiteral(step.method)}, ${message}${options})`;
  const extractions = step.extract ?? [];
  if (extractions.length === 0) return [`${call};`];
  return [
    `response = ${call};`,
    ...extractions.map(({ name, path, pick }) => {
      const more = pick === undefined ? "" : `, ${stringLiteral(pick)}, visit`;
      return `${context.target}.${name} = fromMessage(response, ${stringLiteral(path)}${more});`;
    }),
    ...leaveText(
      extractions.map(({ name }) => name),
      context,
    ),
  ];
}

/** A step without its pause. */
export function stepText(step: Step, context: StepContext): readonly string[] {
  if (isHttpStep(step)) return httpText(step, context);
  return step.kind === "websocket" ? socketText(step, context) : grpcText(step, context);
}

/** Whether the step's text needs the variable `response`. */
export function usesResponse(step: Step): boolean {
  if (isHttpStep(step)) return needsLink(step);
  return step.kind === "grpc" && (step.extract ?? []).length > 0;
}

import {
  type Check,
  type Extraction,
  type GrpcStep,
  type HttpRequest,
  type HttpStep,
  isHttpStep,
  type SocketStep,
  type Step,
} from "../model";
import { templateVariables } from "../templates";
import { checkVariable, type Report } from "./report";
import { checkThinkTime } from "./think-time";

/** Names that a step's response gives. */
export function extractedBy(step: Step): readonly string[] {
  return step.kind === "websocket" ? [] : (step.extract ?? []).map(({ name }) => name);
}

/** Checks a template's variables. `${env.NAME}` may be any: whether it is set shows when the run is started. */
type Template = (field: string, text: string) => void;

function templatesOf(report: Report, field: string, known: ReadonlySet<string>): Template {
  return (name, text) => {
    for (const variable of templateVariables(text)) {
      if (known.has(variable)) continue;
      if (/^env\.[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) continue;
      report(
        `${field}.${name}`,
        text,
        known.size === 0 ? "no variables: none is defined before it" : `variables ${[...known].join(", ")}`,
        `\${${variable}} is not made by a feeder or by an extraction that surely comes before.`,
      );
    }
  };
}

function checkPath(report: Report, field: string, path: string): void {
  if (path.startsWith("/") && !path.startsWith("//")) return;
  report(field, path, 'a path that starts with one "/"', "Hosts are perfbed's matter.");
}

function checkHeaders(
  report: Report,
  template: Template,
  field: string,
  name: string,
  headers: Readonly<Record<string, string>> | undefined,
): void {
  for (const [header, value] of Object.entries(headers ?? {})) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) report(`${field}.${name}`, header, "a header name");
    template(`${name}.${header}`, value);
  }
}

function checkTimeout(report: Report, field: string, timeout: number | undefined): void {
  if (timeout !== undefined && !(timeout > 0 && timeout <= 600)) {
    report(`${field}.timeoutSeconds`, timeout, "seconds, above 0, at most 600");
  }
}

function checkExtractions(report: Report, field: string, extractions: readonly Extraction[]): void {
  extractions.forEach((extraction, index) => {
    const at = `${field}.extract[${index}]`;
    checkVariable(report, `${at}.name`, extraction.name);
    if (extraction.kind === "json" && extraction.path.split(".").filter((part) => part === "*").length > 1) {
      report(`${at}.path`, extraction.path, 'a path with one "*" at most');
    }
    if (extraction.kind !== "regex") return;
    try {
      // One more alternative always matches, and its result has a place for every group.
      const groups = (new RegExp(`${extraction.pattern}|`).exec("")?.length ?? 1) - 1;
      const group = extraction.group ?? Math.min(1, groups);
      if (!Number.isInteger(group) || group < 0 || group > groups) {
        report(`${at}.group`, group, `0..${groups}: the pattern has ${groups} groups`);
      }
    } catch {
      report(`${at}.pattern`, extraction.pattern, "a regular expression");
    }
  });
}

function checkBody(report: Report, template: Template, field: string, request: HttpRequest): void {
  const { body, multipart, method } = request;
  if (body !== undefined) template("request.body", body);
  if ((body !== undefined || multipart !== undefined) && method === "GET") {
    report(`${field}.request.body`, body ?? "multipart", "no body with GET");
  }
  if (multipart === undefined) return;
  if (body !== undefined) report(`${field}.request.multipart`, "with body", "either body or multipart");
  if (multipart.length === 0) report(`${field}.request.multipart`, [], "at least one part");
  multipart.forEach((part, index) => {
    if (part.name === "") report(`${field}.request.multipart[${index}].name`, part.name, "a name");
    if (part.kind === "field") template(`request.multipart[${index}].value`, part.value);
  });
}

function checkHttp(report: Report, field: string, step: HttpStep, template: Template): void {
  const { request, checks = [] } = step;
  checkPath(report, `${field}.request.path`, request.path);
  template("request.path", request.path);
  checkHeaders(report, template, field, "request.headers", request.headers);
  checkBody(report, template, field, request);
  checkTimeout(report, `${field}.request`, request.timeoutSeconds);
  const statuses = checks.flatMap((check: Check) => (check.kind === "status" ? [check.statuses] : []));
  if (statuses.flat().some((status) => !Number.isInteger(status) || status < 100 || status > 599)) {
    report(`${field}.checks`, statuses, "HTTP statuses, 100..599");
  }
  if (statuses.length > 0 && !statuses[0]?.some((status) => statuses.every((set) => set.includes(status)))) {
    report(`${field}.checks`, statuses, "status checks that one status can meet");
  }
  checkExtractions(report, field, step.extract ?? []);
}

function checkSocket(report: Report, field: string, step: SocketStep, template: Template): void {
  checkPath(report, `${field}.path`, step.path);
  template("path", step.path);
  checkHeaders(report, template, field, "headers", step.headers);
  checkTimeout(report, field, step.timeoutSeconds);
  if (step.exchanges.length === 0) report(`${field}.exchanges`, [], "at least one exchange");
  step.exchanges.forEach((exchange, index) => {
    template(`exchanges[${index}].send`, exchange.send);
    if (exchange.until !== undefined) template(`exchanges[${index}].until`, exchange.until);
  });
}

function checkGrpc(report: Report, field: string, step: GrpcStep, template: Template): void {
  if (!step.proto.endsWith(".proto")) report(`${field}.proto`, step.proto, "a .proto file");
  if (!/^[A-Za-z_][\w.]*\/[A-Za-z_]\w*$/.test(step.method)) {
    report(`${field}.method`, step.method, "package.Service/Method");
  }
  template("message", step.message);
  checkHeaders(report, template, field, "metadata", step.metadata);
  checkTimeout(report, field, step.timeoutSeconds);
  checkExtractions(report, field, step.extract ?? []);
  if (step.endpoint === undefined) {
    report(
      `${field}.endpoint`,
      undefined,
      "the name of an endpoint in the configuration",
      "The environment's entry speaks HTTP/1.1; gRPC needs a port of its own.",
    );
  }
}

/** @param known variables that are surely defined when the step is made */
export function checkStep(report: Report, field: string, step: Step, known: ReadonlySet<string>): void {
  const template = templatesOf(report, field, known);
  if (isHttpStep(step)) checkHttp(report, field, step, template);
  else if (step.kind === "websocket") checkSocket(report, field, step, template);
  else checkGrpc(report, field, step, template);
  if (step.thinkTime !== undefined) checkThinkTime(report, `${field}.thinkTime`, step.thinkTime);
}

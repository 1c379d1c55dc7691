import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Dispatcher, FormData, request } from "undici";
import { EnvironmentError } from "../../core/errors";
import type { Check, Extraction, HttpRequest, HttpStep, Setup } from "../../scenarios/model";
import { templateParts } from "../../scenarios/templates";

const DEFAULT_TIMEOUT_SECONDS = 10;

type Values = Readonly<Record<string, string>>;

/** A template with its variables filled in. */
function filled(template: string, values: Values, encode: (text: string) => string = (text) => text): string {
  return templateParts(template)
    .map((part) => (part.kind === "text" ? part.text : encode(values[part.name] ?? "")))
    .join("");
}

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Value at a path, `items.0.id` or `items.*.id`; the first where there are several. */
function valueAt(root: unknown, path: string): unknown {
  let values: readonly unknown[] = [root];
  for (const part of path.split(".")) {
    values = values.flatMap((value): readonly unknown[] => {
      if (part === "*") return Array.isArray(value) ? value : [];
      if (typeof value !== "object" || value === null) return [];
      const found: unknown = Reflect.get(value, part);
      return found === undefined || found === null ? [] : [found];
    });
  }
  return values[0];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: string;
}

function headerOf(answer: Answer, name: string): readonly string[] {
  const value = answer.headers[name.toLowerCase()];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function extracted(extraction: Extraction, answer: Answer): string | undefined {
  switch (extraction.kind) {
    case "json": {
      const value = valueAt(parsed(answer.body), extraction.path);
      return value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);
    }
    case "regex":
      return new RegExp(extraction.pattern).exec(answer.body)?.[extraction.group ?? 1];
    case "header":
      return headerOf(answer, extraction.header)[0];
    case "cookie": {
      const start = `${extraction.cookie}=`;
      const cookie = headerOf(answer, "set-cookie").find((text) => text.startsWith(start));
      return cookie?.slice(start.length).split(";", 1)[0];
    }
  }
}

function passes(check: Check, answer: Answer): boolean {
  switch (check.kind) {
    case "status":
      return check.statuses.includes(answer.status);
    case "body-contains":
      return answer.body.includes(check.text);
    case "json": {
      const value = valueAt(parsed(answer.body), check.path);
      return check.equals === undefined ? value !== undefined : value === check.equals;
    }
  }
}

async function bodyOf(given: HttpRequest, values: Values): Promise<string | FormData | null> {
  if (given.multipart === undefined) {
    if (given.body === undefined) return null;
    const type = Object.entries(given.headers ?? {}).find(([name]) => name.toLowerCase() === "content-type");
    return filled(given.body, values, type === undefined || /json/i.test(type[1]) ? jsonText : undefined);
  }
  const form = new FormData();
  for (const part of given.multipart) {
    if (part.kind === "field") form.append(part.name, filled(part.value, values));
    else {
      const type = part.contentType ?? "application/octet-stream";
      const content = new Blob([await readFile(part.file)], { type });
      form.append(part.name, content, part.fileName ?? basename(part.file));
    }
  }
  return form;
}

async function ask(base: string, step: HttpStep, values: Values, signal: AbortSignal): Promise<Answer> {
  const given = step.request;
  const headers = Object.fromEntries(
    Object.entries(given.headers ?? {}).map(([name, value]) => [name.toLowerCase(), filled(value, values)]),
  );
  const response = await request(`${base}${filled(given.path, values, encodeURIComponent)}`, {
    method: given.method,
    headers: given.body === undefined ? headers : { "content-type": "application/json", ...headers },
    body: await bodyOf(given, values),
    signal: AbortSignal.any([
      signal,
      AbortSignal.timeout((given.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000),
    ]),
  });
  return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
}

export interface SetUpPlace {
  readonly baseUrl: string;
  readonly endpoints: Values;
  /** Values of the environment variables that templates name, by name. */
  readonly environment: Values;
  readonly signal: AbortSignal;
}

/**
 * Makes the requests of a set-up and gives what they extract. No value is part of any message: they are secrets.
 * @throws EnvironmentError PERFBED_SETUP_FAILED naming the step and what was wrong with its answer
 */
export async function runSetUp(setup: Setup, place: SetUpPlace): Promise<Values> {
  const found: Record<string, string> = {};
  for (const step of setup.steps) {
    const fail = (reason: string, cause?: unknown): EnvironmentError =>
      new EnvironmentError("PERFBED_SETUP_FAILED", `The set-up step ${step.name} failed: ${reason}`, {
        hint: "Nothing was loaded. Check the step's request, and the environment variables that it names.",
        ...(cause === undefined ? {} : { cause }),
      });
    const values = {
      ...Object.fromEntries(Object.entries(place.environment).map(([name, value]) => [`env.${name}`, value])),
      ...Object.fromEntries(Object.entries(found).map(([name, value]) => [`setup.${name}`, value])),
    };
    const base = step.endpoint === undefined ? place.baseUrl : (place.endpoints[step.endpoint] ?? "");
    let answer: Answer;
    try {
      answer = await ask(base, step, values, place.signal);
    } catch (error) {
      place.signal.throwIfAborted();
      throw fail(error instanceof Error ? error.message : "no response", error);
    }
    const checks = step.checks ?? [];
    if (!checks.some(({ kind }) => kind === "status") && (answer.status < 200 || answer.status >= 400)) {
      throw fail(`status ${answer.status}`);
    }
    const broken = checks.find((check) => !passes(check, answer));
    if (broken !== undefined) throw fail(`the check of ${broken.kind} (status ${answer.status})`);
    for (const extraction of step.extract ?? []) {
      const value = extracted(extraction, answer);
      if (value === undefined) throw fail(`its answer has no ${extraction.name} (status ${answer.status})`);
      found[extraction.name] = value;
    }
  }
  return found;
}

import { constants } from "node:os";
import type { ProcessRef } from "./identity";
import {
  isJsonObject,
  type JsonObject,
  number,
  numbers,
  parseJsonObject,
  processRefField,
  text,
  texts,
} from "./json-fields";
import type { ProcessRecord, StopPolicy } from "./types";

/** Version of the ledger's lines. Readers skip lines of a newer version rather than misread them. */
export const LEDGER_VERSION = 1;

/** What a ledger line says. Every line that creates something is written, and on disk, before the thing is created. */
export type LedgerEvent =
  | { readonly type: "environment-prepared"; readonly owner: string }
  | {
      readonly type: "process-starting";
      readonly name: string;
      readonly tier: string;
      readonly command: string;
      readonly cwd: string;
      readonly ports: readonly number[];
      readonly starter: ProcessRef;
    }
  | { readonly type: "process-started"; readonly record: ProcessRecord; readonly bootId: string }
  | {
      readonly type: "process-ended";
      readonly name: string;
      readonly process: ProcessRef;
      /** stopped, killed, already-gone, exited, failed */
      readonly how: string;
    }
  | { readonly type: "cgroup-creating"; readonly paths: readonly string[] }
  | { readonly type: "ports-reserving"; readonly ports: readonly number[] }
  | { readonly type: "ports-released"; readonly ports: readonly number[] }
  | { readonly type: "sweep-started"; readonly by: ProcessRef };

export type LedgerEntry = LedgerEvent & { readonly version: number; readonly at: string };

const SIGNALS: ReadonlySet<string> = new Set(Object.keys(constants.signals));
const isSignal = (value: string | undefined): value is NodeJS.Signals =>
  value !== undefined && SIGNALS.has(value);

function stopPolicy(value: unknown): StopPolicy | undefined {
  if (!isJsonObject(value)) return undefined;
  const signal = text(value, "signal");
  const graceMs = number(value, "graceMs");
  return isSignal(signal) && graceMs !== undefined ? { signal, graceMs } : undefined;
}

function processRecord(value: unknown): ProcessRecord | undefined {
  if (!isJsonObject(value)) return undefined;
  const pid = number(value, "pid");
  const startTicks = number(value, "startTicks");
  const environmentId = text(value, "environmentId");
  const name = text(value, "name");
  const tier = text(value, "tier");
  const ports = numbers(value, "ports");
  const logFile = text(value, "logFile");
  const stop = stopPolicy(value.stop);
  if (
    pid === undefined ||
    startTicks === undefined ||
    environmentId === undefined ||
    name === undefined ||
    tier === undefined ||
    ports === undefined ||
    logFile === undefined ||
    stop === undefined
  ) {
    return undefined;
  }
  return { pid, startTicks, environmentId, name, tier, ports, logFile, stop };
}

function startingEvent(line: JsonObject): LedgerEvent | undefined {
  const name = text(line, "name");
  const tier = text(line, "tier");
  const command = text(line, "command");
  const cwd = text(line, "cwd");
  const ports = numbers(line, "ports");
  const starter = processRefField(line, "starter");
  if (
    name === undefined ||
    tier === undefined ||
    command === undefined ||
    cwd === undefined ||
    ports === undefined ||
    starter === undefined
  ) {
    return undefined;
  }
  return { type: "process-starting", name, tier, command, cwd, ports, starter };
}

function endedEvent(line: JsonObject): LedgerEvent | undefined {
  const name = text(line, "name");
  const how = text(line, "how");
  const process = processRefField(line, "process");
  return name === undefined || how === undefined || process === undefined
    ? undefined
    : { type: "process-ended", name, how, process };
}

function event(line: JsonObject): LedgerEvent | undefined {
  const type = text(line, "type");
  switch (type) {
    case "environment-prepared": {
      const owner = text(line, "owner");
      return owner === undefined ? undefined : { type, owner };
    }
    case "process-starting":
      return startingEvent(line);
    case "process-started": {
      const record = processRecord(line.record);
      const bootId = text(line, "bootId");
      return record === undefined || bootId === undefined ? undefined : { type, record, bootId };
    }
    case "process-ended":
      return endedEvent(line);
    case "cgroup-creating": {
      const paths = texts(line, "paths");
      return paths === undefined ? undefined : { type, paths };
    }
    case "ports-reserving":
    case "ports-released": {
      const ports = numbers(line, "ports");
      return ports === undefined ? undefined : { type, ports };
    }
    case "sweep-started": {
      const by = processRefField(line, "by");
      return by === undefined ? undefined : { type, by };
    }
    default:
      return undefined;
  }
}

/** One ledger line; undefined when it is torn, of a newer version or not a ledger line at all. */
export function parseLedgerLine(line: string): LedgerEntry | undefined {
  const object = parseJsonObject(line);
  if (object === undefined) return undefined;
  const version = number(object, "version");
  const at = text(object, "at");
  const parsed = event(object);
  if (version === undefined || version > LEDGER_VERSION || at === undefined || parsed === undefined)
    return undefined;
  return { ...parsed, version, at };
}

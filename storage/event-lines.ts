import { readFile } from "node:fs/promises";
import { isMissing } from "./errors";
import type { EnvironmentEvent } from "./schema";
import { parseEventDetail } from "./telemetry-table";

/** One event as a line of an event file: the instant is text, because JSON numbers end at 2^53. */
export function formatEventLine(event: EnvironmentEvent): string {
  return `${JSON.stringify({ ...event, atUs: event.atUs.toString() })}\n`;
}

/** The event on one line; undefined where the line is none (empty, or cut off when its writer was killed). */
export function parseEventLine(line: string): EnvironmentEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const [tier, source, event] = [fields.get("tier"), fields.get("source"), fields.get("event")];
  const at = fields.get("atUs");
  if (typeof tier !== "string" || typeof source !== "string" || typeof event !== "string") return undefined;
  if ((typeof at !== "string" && typeof at !== "number") || !/^\d+$/.test(String(at))) return undefined;
  const detail = parseEventDetail(JSON.stringify(fields.get("detail") ?? {}));
  return { atUs: BigInt(at), tier, source, event, detail };
}

/** Events of a JSON-lines file in time order; none when there is no file. */
export async function readEventLines(file: string): Promise<EnvironmentEvent[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return text
    .split("\n")
    .flatMap((line) => parseEventLine(line) ?? [])
    .sort((a, b) => (a.atUs < b.atUs ? -1 : a.atUs > b.atUs ? 1 : 0));
}

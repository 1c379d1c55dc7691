import { readFileSync } from "node:fs";
import { ConfigError } from "../core/errors";
import type { ArrivalTrace } from "./executor";

/** Seconds since the epoch (or any other origin) from a number of seconds, milliseconds or microseconds, or from an ISO date. */
function secondsOf(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    // Told by size: seconds reach 1e11 in the year 5138, and milliseconds have been beyond it since 1973.
    if (number < 1e11) return number;
    return number < 1e14 ? number / 1e3 : number / 1e6;
  }
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed / 1000;
}

/**
 * A recorded trace from a file: an instant a line, and after a comma the journey's name where it is known. Instants are seconds,
 * milliseconds or microseconds, or ISO dates; the first line may be a header; lines need not be in order. The trace begins with the whole
 * second of its first instant.
 * @throws ConfigError with the first line that is no instant
 */
export function readArrivalTrace(file: string): ArrivalTrace {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError("The trace cannot be read", [
      {
        field: "executor",
        value: file,
        allowed: "a file that can be read",
        hint: error instanceof Error ? error.message : String(error),
      },
    ]);
  }
  const arrivals: { readonly at: number; readonly journey: string | undefined }[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const comma = line.indexOf(",");
    const at = secondsOf((comma < 0 ? line : line.slice(0, comma)).trim());
    if (at !== undefined) {
      arrivals.push({ at, journey: comma < 0 ? undefined : line.slice(comma + 1).trim() });
    } else if (index > 0) {
      throw new ConfigError("The trace cannot be read", [
        {
          field: `${file}:${index + 1}`,
          value: line.slice(0, 80),
          allowed: "an instant, and after a comma a journey",
        },
      ]);
    }
  });
  arrivals.sort((a, b) => a.at - b.at);
  const start = Math.floor(arrivals[0]?.at ?? 0);
  const named = arrivals.flatMap(({ journey }) => (journey === undefined ? [] : [journey]));
  return {
    kind: "arrival-trace",
    // Microseconds: what is left of a date's digits beyond them is rounding.
    atSeconds: arrivals.map(({ at }) => Math.round((at - start) * 1e6) / 1e6),
    ...(named.length === arrivals.length && named.length > 0 ? { journeys: named } : {}),
  };
}

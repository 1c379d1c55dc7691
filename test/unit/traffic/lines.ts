import { type FormatOptions, type LogFormat, lineParser } from "../../../traffic/reading/formats";
import type { LogRecord, Malformed } from "../../../traffic/reading/record";

export const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

/** Reads lines as one file of a format; what the parser says of each. */
export function readLines(
  format: LogFormat,
  lines: readonly (string | Buffer)[],
  options: FormatOptions = {},
): readonly (LogRecord | Malformed | null)[] {
  const parser = lineParser(format, "test.log", options);
  return lines.map((line) => {
    const bytes = typeof line === "string" ? Buffer.from(line, "utf8") : line;
    return parser.parse(bytes, 0, bytes.length);
  });
}

/** The record of a line that must be readable. */
export function readLine(format: LogFormat, line: string | Buffer, options: FormatOptions = {}): LogRecord {
  const [result] = readLines(format, [line], options);
  if (typeof result !== "object" || result === null) throw new Error(`not read: ${result}`);
  return result;
}

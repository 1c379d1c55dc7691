import { AlbParser } from "./alb";
import { CombinedParser } from "./combined";
import { HarEntryParser } from "./har";
import { type JsonFieldNames, JsonLinesParser } from "./json-lines";
import type { LineParser } from "./record";
import { W3cParser } from "./w3c";

/** Formats of access logs, as the user names them. */
export const LOG_FORMATS = ["combined", "json", "alb", "cloudfront", "har"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface FormatOptions {
  /** Where JSON logs hold what. @default guessed */
  readonly fields?: JsonFieldNames;
  /** Name of the session's cookie. @default the usual ones */
  readonly sessionCookie?: string;
  /** @default now */
  readonly nowMs?: number;
}

/** The parser of a format. For `har` it reads one entry. @param file distinguishes the recordings of two browsers */
export function lineParser(format: LogFormat, file: string, options: FormatOptions): LineParser {
  const { sessionCookie, nowMs = Date.now(), fields = {} } = options;
  switch (format) {
    case "combined":
      return new CombinedParser({ sessionCookie, nowMs });
    case "json":
      return new JsonLinesParser({ fields, sessionCookie, nowMs });
    case "alb":
      return new AlbParser(nowMs);
    case "cloudfront":
      return new W3cParser({ sessionCookie, nowMs });
    case "har":
      return new HarEntryParser({ file, sessionCookie, nowMs });
  }
}

/** A try at every format looks at so many lines. */
const LINES_TRIED = 50;
const ALB = /^(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/**
 * The format of a log, from its first part: by its own marks where it has any, else the format that reads most of its first lines.
 * Undefined when none reads one.
 * @param head the first bytes of the file, decompressed
 */
export function detectFormat(head: Buffer, options: FormatOptions): LogFormat | undefined {
  const text = head.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  if (/^#(?:Version|Fields|Software|Date):/im.test(text.slice(0, 2000)) && text.startsWith("#"))
    return "cloudfront";
  if (
    /^\s*\{/.test(text) &&
    /"log"\s*:\s*\{/.test(text.slice(0, 500)) &&
    !/^\s*\{.*\}\s*$/m.test(text.slice(0, 500))
  ) {
    return "har";
  }
  const whole = text.lastIndexOf("\n");
  const lines = (whole < 0 ? text : text.slice(0, whole)).split("\n").filter((line) => line.trim() !== "");
  const tried = lines.slice(0, LINES_TRIED);
  if (tried.some((line) => ALB.test(line))) return "alb";
  let best: { readonly format: LogFormat; readonly read: number } | undefined;
  for (const format of ["combined", "json"] as const) {
    const parser = lineParser(format, "", options);
    const read = tried.filter((line) => {
      const bytes = Buffer.from(line.replace(/\r$/, ""), "latin1");
      const result = parser.parse(bytes, 0, bytes.length);
      return typeof result === "object" && result !== null;
    }).length;
    if (read > (best?.read ?? 0)) best = { format, read };
  }
  if (best !== undefined) return best.format;
  // One line with everything in it.
  return /^\s*\{\s*"log"\s*:/.test(text) && text.includes('"entries"') ? "har" : undefined;
}

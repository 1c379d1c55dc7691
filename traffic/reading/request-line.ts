/** What stands for itself in a path or query: unreserved characters, sub-delimiters, and the separators. */
const PLAIN = /^[A-Za-z0-9\-._~!&'()*+,;=:@/%?]*$/;
const PLAIN_CHARACTER = /[A-Za-z0-9\-._~!&'()*+,;=:@/?]/;
const PERCENT = /%(?![0-9A-Fa-f]{2})/;

/**
 * Text as it may stand in a request: everything else percent-encoded. nginx writes bytes it does not like as \xHH, Apache also as \" and
 * \\; characters are those of latin1 (bytes) or of a JSON text (then encoded as UTF-8).
 */
export function cleanTarget(text: string, characters: "bytes" | "unicode"): string {
  if (PLAIN.test(text) && (!text.includes("%") || !PERCENT.test(text))) return text;
  const unescaped = text.replace(
    /\\(?:x([0-9A-Fa-f]{2})|(["\\]))/g,
    (_, hex: string | undefined, quoted: string | undefined) =>
      hex === undefined ? (quoted ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  let clean = "";
  for (let at = 0; at < unescaped.length; at++) {
    const character = unescaped.charAt(at);
    if (PLAIN_CHARACTER.test(character)) clean += character;
    else if (character === "%" && /^[0-9A-Fa-f]{2}$/.test(unescaped.slice(at + 1, at + 3))) clean += "%";
    else if (characters === "bytes") clean += percent(unescaped.charCodeAt(at) & 0xff);
    else {
      const point = unescaped.codePointAt(at) ?? 0;
      for (const byte of Buffer.from(String.fromCodePoint(point))) clean += percent(byte);
      if (point > 0xffff) at += 1;
    }
  }
  return clean;
}

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Path and query of a request's target. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

/**
 * A request's target in any of its forms: `/path?query`, or a whole URL as proxies and balancers write it. Undefined when it has no path
 * (`*`, `host:443`).
 */
export function parseTarget(text: string, characters: "bytes" | "unicode"): Target | undefined {
  let target = text;
  if (target.charCodeAt(0) !== SLASH) {
    const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/.exec(target);
    if (scheme === null) return undefined;
    target = target.slice(scheme[0].length);
    if (target.charCodeAt(0) !== SLASH) target = `/${target}`;
  }
  const hash = target.indexOf("#");
  if (hash >= 0) target = target.slice(0, hash);
  target = cleanTarget(target, characters);
  const mark = target.indexOf("?");
  return mark < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

const SLASH = 0x2f;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"]);

/** Registered methods and extensions alike are upper-case tokens. */
export const isMethod = (text: string): boolean => METHODS.has(text) || /^[A-Z][A-Z-]{2,19}$/.test(text);

export interface RequestLine extends Target {
  readonly method: string;
}

/** `GET /path?query HTTP/1.1`; without a version too (HTTP/0.9, and some JSON logs). Undefined when it is none. */
export function parseRequestLine(line: string, characters: "bytes" | "unicode"): RequestLine | undefined {
  const space = line.indexOf(" ");
  if (space < 3) return undefined;
  const method = line.slice(0, space);
  if (!isMethod(method)) return undefined;
  let end = line.lastIndexOf(" ");
  if (end === space || !line.startsWith("HTTP/", end + 1)) end = line.length;
  const target = parseTarget(line.slice(space + 1, end), characters);
  return target === undefined ? undefined : { method, ...target };
}

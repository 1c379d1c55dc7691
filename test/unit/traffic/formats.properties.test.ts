import fc from "fast-check";
import { commonTime } from "../../../bench/traffic/synthetic-log";
import { LOG_FORMATS, lineParser } from "../../../traffic/reading/formats";
import { HarSplitter } from "../../../traffic/reading/har";
import { parseRequestLine } from "../../../traffic/reading/request-line";
import { BROWSER, readLine } from "./lines";

const segment = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/);
const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
const request = fc.record({
  path,
  query: fc.option(
    fc.stringMatching(/^[a-z]{1,5}=[A-Za-z0-9%20+]{0,8}$/).filter((text) => !/%(?![0-9A-F]{2})/.test(text)),
    { nil: "" },
  ),
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"),
  status: fc.integer({ min: 100, max: 599 }),
  ms: fc.integer({ min: Date.UTC(1996, 0, 1), max: Date.UTC(2024, 0, 1) }),
  address: fc.oneof(fc.ipV4(), fc.ipV6()),
});

const target = (path_: string, query: string): string => (query === "" ? path_ : `${path_}?${query}`);

describe("lines that were written are read as what they were", () => {
  test("combined, JSON and ALB", () => {
    fc.assert(
      fc.property(request, ({ path: path_, query, method, status, ms, address }) => {
        const wanted = { method, path: path_, query, status };
        const second = Math.floor(ms / 1000) * 1000;
        const common = readLine(
          "combined",
          `${address} - - [${commonTime(ms)}] "${method} ${target(path_, query)} HTTP/1.1" ${status} 5 "-" "${BROWSER}"`,
        );
        expect(common).toMatchObject({ ...wanted, timeMs: second });
        const json = readLine(
          "json",
          JSON.stringify({
            time: new Date(ms).toISOString(),
            ip: address,
            method,
            path: target(path_, query),
            status,
          }),
        );
        expect(json).toMatchObject({ ...wanted, timeMs: ms });
        const alb = readLine(
          "alb",
          `h2 ${new Date(ms).toISOString()} app/lb/1 ${address}:443 10.0.0.1:80 0 0 0 ${status} ${status} 1 1 "${method} https://h:443${target(path_, query)} HTTP/2.0" "${BROWSER}" - -`,
        );
        expect(alb).toMatchObject({ ...wanted, timeMs: ms });
      }),
      { numRuns: 300 },
    );
  });

  test("a path stays what it is when it is cleaned twice", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("bytes" as const, "unicode" as const),
        (text, characters) => {
          const first = parseRequestLine(`GET /${text.replaceAll(" ", "")} HTTP/1.1`, characters);
          if (first === undefined) return;
          expect(first.path + first.query).toMatch(/^[\x21-\x7e]*$/);
          expect(first.path).not.toMatch(/[${}"\\<>]/);
          expect(parseRequestLine(`GET ${first.path} HTTP/1.1`, characters)?.path).toBe(first.path);
        },
      ),
    );
  });
});

describe("nothing throws", () => {
  test.each(LOG_FORMATS)("%s: arbitrary bytes, and real lines with bytes changed", (format) => {
    const line = `192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "${BROWSER}"`;
    const changed = fc
      .array(fc.tuple(fc.nat({ max: line.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 })
      .map((edits) => {
        const bytes = Buffer.from(line);
        for (const [at, value] of edits) bytes[at] = value;
        return bytes;
      });
    const json = fc.json().map((text) => Buffer.from(text));
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const parser = lineParser(format, "x", {});
    fc.assert(
      fc.property(fc.oneof(changed, json, anything), (bytes) => {
        const result = parser.parse(bytes, 0, bytes.length);
        expect(result === null || typeof result === "string" || Number.isFinite(result.timeMs)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("entries of a HAR are the same in whatever pieces the file comes", () => {
    const entries = fc.array(fc.dictionary(fc.string(), fc.json()), { maxLength: 5 });
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 50 }), (list, size) => {
        const file = Buffer.from(JSON.stringify({ log: { a: 1, entries: list, z: [1] } }));
        const found: unknown[] = [];
        const splitter = new HarSplitter(
          1 << 20,
          (bytes, from, to) => found.push(JSON.parse(bytes.toString("utf8", from, to))),
          () => undefined,
        );
        for (let at = 0; at < file.length; at += size) splitter.push(file.subarray(at, at + size));
        expect(found).toEqual(JSON.parse(JSON.stringify(list)));
        expect(splitter.unfinished).toBe(false);
      }),
    );
  });
});

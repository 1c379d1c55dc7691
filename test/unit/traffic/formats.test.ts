import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { detectFormat } from "../../../traffic/reading/formats";
import { inspectLogs, readLog } from "../../../traffic/reading/log-file";
import { readLogs } from "../../../traffic/reading/merged-logs";
import { BROWSER, readLine, readLines } from "./lines";

const combined = (extra: string): string =>
  `192.0.2.7 - - [10/Oct/2024:13:55:36 -0700] ${extra} "https://a.example/" "${BROWSER}"`;

describe("combined and common logs", () => {
  test("a line of the combined format: time with its zone, method, path and query, status, agent", () => {
    const record = readLine("combined", combined('"GET /a/b?x=1&y=2 HTTP/1.1" 200 2326'));
    expect(record).toMatchObject({
      timeMs: Date.UTC(2024, 9, 10, 20, 55, 36),
      offsetMinutes: -420,
      method: "GET",
      path: "/a/b",
      query: "x=1&y=2",
      status: 200,
      session: null,
      agent: "browser",
    });
  });

  test("the common format has no agent, and nobody is called a bot for it", () => {
    expect(
      readLine("combined", '192.0.2.7 - jane [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.0" 304 -').agent,
    ).toBe("browser");
  });

  test("IPv6 addresses, with brackets too, and a virtual host in front", () => {
    const tail = '- - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/2.0" 200 1 "-" "x"';
    const plain = readLine("combined", `2001:db8::1 ${tail}`).client;
    expect(readLine("combined", `shop.example:443 2001:db8::1 ${tail}`).client).toBe(plain);
    expect(readLine("combined", `2001:db8::2 ${tail}`).client).not.toBe(plain);
    expect(readLine("combined", `[2001:db8::1] ${tail}`).path).toBe("/");
  });

  test("escaped quotes and backslashes inside of fields", () => {
    const record = readLine(
      "combined",
      '192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "GET /say?q=\\"hi\\" HTTP/1.1" 200 1 "a\\"b\\\\" "Mozilla \\"Bot\\""',
    );
    expect(record.query).toBe("q=%22hi%22");
    expect(record.agent).toBe("bot");
  });

  test("bytes that are no UTF-8, raw and in nginx's escapes, are percent-encoded", () => {
    const raw = Buffer.from(combined('"GET /caf\u00e9 HTTP/1.1" 200 1'), "latin1");
    expect(readLine("combined", raw).path).toBe("/caf%E9");
    expect(readLine("combined", combined('"GET /caf\\xC3\\xA9/${x}/%zz HTTP/1.1" 200 1')).path).toBe(
      "/caf%C3%A9/%24%7Bx%7D/%25zz",
    );
  });

  test("a cookie field behind the standard ones tells sessions apart", () => {
    const line = (cookie: string): string => `${combined('"GET / HTTP/1.1" 200 1')} 0.012 "${cookie}"`;
    const first = readLine("combined", line("theme=dark; sessionid=abc")).session;
    expect(first).not.toBeNull();
    expect(readLine("combined", line("sessionid=abc; theme=light")).session).toBe(first);
    expect(readLine("combined", line("sessionid=abd")).session).not.toBe(first);
    expect(readLine("combined", line("theme=dark"), { sessionCookie: "theme" }).session).not.toBeNull();
  });

  test("what cannot be read has a reason", () => {
    const now = { nowMs: Date.UTC(2025, 0, 1) };
    expect(
      readLines(
        "combined",
        [
          "no log line at all",
          '192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1',
          '192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "\\x16\\x03\\x01" 400 0',
          '192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1"',
          '192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" OK 0',
          '192.0.2.7 - - [10/Okt/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 0',
          '192.0.2.7 - - [10/Oct/2054:13:55:36 +0000] "GET / HTTP/1.1" 200 0',
          '- - - [10/Oct/2024:13:55:36 +0000] "GET / HTTP/1.1" 200 0',
        ],
        now,
      ),
    ).toEqual([
      "field missing: time",
      "cut off in the middle",
      "not an HTTP request",
      "field missing: status",
      "status is not a number 100..599",
      "time is not understood",
      "time is before 1995 or in the future",
      "field missing: address",
    ]);
  });
});

describe("other formats", () => {
  test("JSON lines: the usual names of nginx, Caddy, Traefik and ECS are found", () => {
    const nginx = readLine(
      "json",
      JSON.stringify({
        time_iso8601: "2024-10-10T13:55:36+02:00",
        remote_addr: "192.0.2.7",
        request: "GET /a?b=c HTTP/1.1",
        status: "200",
        http_user_agent: BROWSER,
        cookie_session: "s1",
      }),
    );
    expect(nginx).toMatchObject({
      timeMs: Date.UTC(2024, 9, 10, 11, 55, 36),
      offsetMinutes: 120,
      method: "GET",
      path: "/a",
      query: "b=c",
      status: 200,
      agent: "browser",
    });
    expect(nginx.session).not.toBeNull();
    expect(
      readLine(
        "json",
        JSON.stringify({
          ts: 1728568536.25,
          request: {
            remote_ip: "192.0.2.7",
            method: "POST",
            uri: "/x",
            headers: { "User-Agent": ["curl/8"] },
          },
          status: 201,
        }),
      ),
    ).toMatchObject({ timeMs: 1728568536250, method: "POST", path: "/x", status: 201, agent: "bot" });
    expect(
      readLine(
        "json",
        JSON.stringify({
          StartUTC: "2024-10-10T13:55:36.123456789Z",
          ClientHost: "192.0.2.7",
          RequestMethod: "GET",
          RequestPath: "/y",
          DownstreamStatus: 404,
        }),
      ),
    ).toMatchObject({ path: "/y", status: 404 });
    expect(
      readLine(
        "json",
        JSON.stringify({
          "@timestamp": "2024-10-10T13:55:36Z",
          source: { ip: "192.0.2.7" },
          http: { request: { method: "get" }, response: { status_code: 200 } },
          url: { original: "https://h/z?k" },
        }),
      ),
    ).toMatchObject({ method: "GET", path: "/z", query: "k" });
  });

  test("JSON lines: names that the user gives, and reasons where something is missing", () => {
    const line = JSON.stringify({
      when: 1728568536000,
      who: "192.0.2.7",
      req: { m: "GET", u: "/ü?q=ü" },
      code: 200,
    });
    const fields = { time: "when", address: "who", method: "req.m", path: "req.u", status: "code" };
    expect(readLine("json", line, { fields })).toMatchObject({
      timeMs: 1728568536000,
      path: "/%C3%BC",
      query: "q=%C3%BC",
    });
    expect(readLines("json", [line, "{", "[]", "nonsense", '{"a":1}x'])).toEqual([
      "field missing: time",
      "cut off in the middle",
      "field missing: time",
      "not JSON",
      "cut off in the middle",
    ]);
  });

  test("ALB: address with port, whole URL, user agent in quotes", () => {
    const line =
      'https 2024-10-10T13:55:36.945958Z app/lb/50dc6c495c0c9188 [2001:db8::7]:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/p/1?a=b HTTP/1.1" "Mozilla/5.0 \\"x\\"" ECDHE TLSv1.2 arn:aws "Root=1-58337281" "www.example.com" "-" 0';
    expect(readLine("alb", line)).toMatchObject({
      timeMs: Date.UTC(2024, 9, 10, 13, 55, 36) + 945.958,
      method: "GET",
      path: "/p/1",
      query: "a=b",
      status: 200,
      agent: "browser",
    });
    expect(readLine("alb", line.replace("[2001:db8::7]:2817", "[2001:db8::7]:2818")).client).toBe(
      readLine("alb", line).client,
    );
    expect(readLines("alb", ["http 2024", line.slice(0, line.indexOf(" HTTP/1.1"))])).toEqual([
      "fewer fields than the format has",
      "cut off in the middle",
    ]);
  });

  test("CloudFront: columns by the #Fields line, encoded agents and cookies", () => {
    const fields =
      "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie)";
    const row =
      "2024-10-10\t13:55:36\tFRA50\t12\t2001:db8::7\tGET\td1.cloudfront.net\t/p/1\t200\t-\tMozilla/5.0%20(X11)\ta=b\tsessionid=abc;%20x=y";
    const [version, header, record, short] = readLines("cloudfront", [
      "#Version: 1.0",
      fields,
      row,
      "2024-10-10\t13:55:36",
    ]);
    expect([version, header, short]).toEqual([null, null, "fewer fields than the format has"]);
    expect(record).toMatchObject({
      timeMs: Date.UTC(2024, 9, 10, 13, 55, 36),
      path: "/p/1",
      query: "a=b",
      status: 200,
      agent: "browser",
    });
    expect(record).toHaveProperty("session", expect.any(Number));
    expect(readLines("cloudfront", [row])).toEqual(["no #Fields line before it"]);
  });

  test("formats are told apart by their first lines, a bad first line among them", () => {
    const detect = (text: string): string | undefined => detectFormat(Buffer.from(text), {});
    expect(detect(`junk\n${combined('"GET / HTTP/1.1" 200 1')}\n`)).toBe("combined");
    expect(
      detect('{"time":"2024-10-10T13:55:36Z","ip":"192.0.2.1","method":"GET","path":"/","status":200}\n'),
    ).toBe("json");
    expect(detect("#Version: 1.0\n#Fields: date time\n")).toBe("cloudfront");
    expect(detect("h2 2024-10-10T13:55:36.945958Z app/lb/1 1.2.3.4:1 - 0 0 0 200 - 0 0")).toBe("alb");
    expect(detect('{\n  "log": {\n    "version": "1.2", "entries": [')).toBe("har");
    expect(detect('{"log":{"version":"1.2","entries":[{"startedDateTime":"x"}]}}')).toBe("har");
    expect(detect("nothing of the kind\n")).toBeUndefined();
  });
});

describe("files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pb-traffic-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const line = (second: number, path = "/"): string =>
    `192.0.2.7 - - [10/Oct/2024:13:55:${String(second).padStart(2, "0")} +0000] "GET ${path} HTTP/1.1" 200 1 "-" "${BROWSER}"`;

  async function readAll(...names: string[]): Promise<{ paths: string[]; bad: [number, string][] }> {
    const bad: [number, string][] = [];
    const files = await inspectLogs(
      names.map((name) => join(folder, name)),
      undefined,
      {},
    );
    const paths: string[] = [];
    for await (const batch of readLogs(files, {}, (_, at, reason) => bad.push([at, reason]))) {
      paths.push(...batch.map(({ path }) => path));
    }
    return { paths, bad };
  }

  test("a mark of the byte order, Windows line ends, empty lines, and a last line without an end", async () => {
    await writeFile(
      join(folder, "a.log"),
      `\u00ef\u00bb\u00bf${line(1, "/1")}\r\n\r\n  \nbroken\r\n${line(2, "/2")}`,
      "latin1",
    );
    expect(await readAll("a.log")).toEqual({ paths: ["/1", "/2"], bad: [[4, "field missing: time"]] });
  });

  test("gzip with several members, and an archive that is cut off: what is there counts", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => line(index % 60, `/${index}`)).join("\n");
    const whole = Buffer.concat([gzipSync(`${line(1, "/a")}\n`), gzipSync(`${many}\n`)]);
    await writeFile(join(folder, "whole.gz"), whole);
    await writeFile(join(folder, "cut.gz"), whole.subarray(0, whole.length - 4000));
    expect((await readAll("whole.gz")).paths).toHaveLength(5001);
    const cut = await readAll("cut.gz");
    expect(cut.paths.length).toBeGreaterThan(100);
    expect(cut.bad).toEqual([[expect.any(Number), "cut off in the middle"]]);
  });

  test("a line of forty megabytes is passed over and counted, not held", async () => {
    const long = Buffer.alloc(40 << 20, "x");
    await writeFile(
      join(folder, "long.log"),
      Buffer.concat([Buffer.from(`${line(1, "/1")}\n`), long, Buffer.from(`\n${line(2, "/2")}\n`)]),
    );
    const before = process.memoryUsage().arrayBuffers;
    expect(await readAll("long.log")).toEqual({ paths: ["/1", "/2"], bad: [[2, "line too long"]] });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
  });

  test("logs of two servers are woven together by time, and parts of a rotated log are put in order", async () => {
    await writeFile(join(folder, "b.log"), `${line(2, "/2")}\n${line(5, "/5")}\n`);
    await writeFile(join(folder, "a.log"), `${line(1, "/1")}\n${line(3, "/3")}\n${line(9, "/9")}\n`);
    await writeFile(join(folder, "later.log"), `${line(20, "/20")}\n`);
    expect((await readAll("later.log", "b.log", "a.log")).paths).toEqual([
      "/1",
      "/2",
      "/3",
      "/5",
      "/9",
      "/20",
    ]);
  });

  test("HAR: entries are cut out of the file however it is chunked, with braces and quotes inside of bodies", async () => {
    const entry = (path: string, content: string): object => ({
      startedDateTime: "2024-10-10T13:55:36.500+02:00",
      request: {
        method: "GET",
        url: `https://h.example${path}?token=abc#x`,
        headers: [{ name: "User-Agent", value: BROWSER }],
        cookies: [],
      },
      response: { status: 200, content: { text: content } },
    });
    const hostile = '"}]{[\\" entries';
    const entries = [
      entry("/a", hostile),
      entry("/b", "x".repeat(3 << 20)),
      { startedDateTime: "x" },
      entry("/c", ""),
    ];
    await writeFile(
      join(folder, "a.har"),
      JSON.stringify({ log: { version: "1.2", pages: [], entries, comment: "}" } }, null, 1),
    );
    const { paths, bad } = await readAll("a.har");
    expect(paths).toEqual(["/a", "/b", "/c"]);
    expect(bad).toEqual([[expect.any(Number), "time is not understood"]]);
    await writeFile(
      join(folder, "cut.har"),
      JSON.stringify({ log: { version: "1.2", entries } }).slice(0, 1000),
    );
    expect((await readAll("cut.har")).bad).toEqual([[1, "cut off in the middle"]]);
  });

  test("files that are no logs are named all at once", async () => {
    await writeFile(join(folder, "empty.log"), "");
    await writeFile(join(folder, "text.log"), "hello\nworld\n");
    const problem = inspectLogs(
      [join(folder, "empty.log"), join(folder, "text.log"), join(folder, "none.log")],
      undefined,
      {},
    );
    await expect(problem).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ hint: "The file is empty." }, {}, {}],
    });
  });

  test("a format that is given is taken, and every line that is not of it is told", async () => {
    await writeFile(join(folder, "a.log"), `${line(1)}\n`);
    const [file] = await inspectLogs([join(folder, "a.log")], "json", {});
    const reasons: string[] = [];
    if (file !== undefined)
      for await (const _ of readLog(file, {}, (_file, _line, reason) => reasons.push(reason))) void _;
    expect(reasons).toEqual(["not JSON"]);
  });
});

import fc from "fast-check";
import { classifyAgent } from "../../../traffic/reading/agents";
import { ItemCounts } from "../../../traffic/sessions/item-counts";
import { setApart } from "../../../traffic/sessions/request-filter";
import { type BotPattern, type Session, SessionTracker } from "../../../traffic/sessions/session-tracker";
import { BROWSER, readLine } from "./lines";

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

interface Request {
  readonly client: number;
  readonly session?: number;
  /** Minutes since the start. */
  readonly at: number;
  readonly step?: number;
  readonly robots?: boolean;
}

function track(
  requests: readonly Request[],
  resolutionSeconds = 0.001,
): { sessions: Session[]; bots: [BotPattern, number][] } {
  const sessions: Session[] = [];
  const bots: [BotPattern, number][] = [];
  const tracker = new SessionTracker(
    { idleMs: 30 * MINUTE, findBots: true, resolutionSeconds },
    {
      onSession: (session) => sessions.push(session),
      onBot: (pattern, count) => bots.push([pattern, count]),
    },
  );
  for (const { client, session, at, step = 0, robots } of requests) {
    tracker.add(client, session ?? null, START + at * MINUTE, robots === true ? undefined : step, robots);
  }
  tracker.end();
  return { sessions, bots };
}

const steps = (sessions: readonly Session[]): number[][] => sessions.map((session) => [...session.steps]);

describe("visits", () => {
  test("end after the idle time, and not before", () => {
    const { sessions } = track([
      { client: 1, at: 0, step: 1 },
      { client: 1, at: 29.9, step: 2 },
      { client: 1, at: 59.9, step: 3 },
      { client: 1, at: 90, step: 4 },
    ]);
    expect(steps(sessions)).toEqual([[1, 2, 3], [4]]);
  });

  test("are told apart by their cookie behind one address; the request before the cookie was set belongs to them", () => {
    const { sessions } = track([
      { client: 1, at: 0, step: 1 },
      { client: 1, session: 100, at: 1, step: 2 },
      { client: 1, at: 1.5, step: 5 },
      { client: 1, session: 200, at: 2, step: 6 },
      { client: 1, session: 100, at: 3, step: 3 },
    ]);
    expect(steps(sessions).sort()).toEqual([
      [1, 2, 3],
      [5, 6],
    ]);
  });

  test("times that go back a little are put in order, a jump back is another visit", () => {
    const { sessions } = track([
      { client: 1, at: 1, step: 2 },
      { client: 1, at: 0.9, step: 1 },
      { client: 1, at: 2, step: 3 },
      { client: 1, at: -500, step: 4 },
      { client: 1, at: -499, step: 5 },
    ]);
    expect(steps(sessions)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    for (const { timesMs } of sessions) expect([...timesMs].sort((a, b) => a - b)).toEqual([...timesMs]);
  });

  test("one that goes on for days does not keep the others from ending", () => {
    let open = 0;
    const tracker = new SessionTracker(
      { idleMs: 30 * MINUTE, findBots: false, resolutionSeconds: 1 },
      {
        onSession: () => {
          open -= 1;
        },
        onBot: () => undefined,
      },
    );
    let most = 0;
    for (let minute = 0; minute < 5000; minute++) {
      tracker.add(0, null, START + minute * MINUTE, 0);
      tracker.add(1 + minute, null, START + minute * MINUTE, 0);
      open += 1;
      most = Math.max(most, open);
    }
    expect(most).toBeLessThan(60);
  });

  test("no request is lost or counted twice, whatever the order", () => {
    const request = fc.record({
      client: fc.nat({ max: 4 }),
      session: fc.option(fc.integer({ min: 10, max: 12 }), { nil: undefined }),
      at: fc.integer({ min: 0, max: 300 }),
      step: fc.nat({ max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 80 }), (requests) => {
        const { sessions, bots } = track(
          requests.map(({ session, ...rest }) => (session === undefined ? rest : { ...rest, session })),
        );
        const told =
          sessions.reduce((sum, session) => sum + session.steps.length, 0) +
          bots.reduce((sum, [, count]) => sum + count, 0);
        expect(told).toBe(requests.length);
      }),
    );
  });
});

describe("bots are set apart", () => {
  const many = (length: number, gapMinutes: (index: number) => number): Request[] => {
    let at = 0;
    return Array.from({ length }, (_, index) => {
      at += gapMinutes(index);
      return { client: 1, at };
    });
  };

  test("by robots.txt, by pace, by number and by rhythm", () => {
    expect(
      track([
        { client: 1, at: 0, robots: true },
        { client: 1, at: 1 },
      ]).bots,
    ).toEqual([["asked for robots.txt", 1]]);
    expect(track(many(60, () => 0.001)).bots).toEqual([["too fast", 60]]);
    expect(track(many(1500, (index) => (index % 7) * 0.05)).bots).toEqual([["too many requests", 1500]]);
    expect(
      track(
        many(40, () => 1),
        1,
      ).bots,
    ).toEqual([["as regular as a clock", 40]]);
  });

  test("people are not: irregular pauses, and whole seconds that only look regular", () => {
    expect(track(many(40, (index) => 0.1 + ((index * 7) % 11) * 0.2)).bots).toEqual([]);
    expect(
      track(
        many(25, () => 2 / 60),
        1,
      ).bots,
    ).toEqual([]);
  });

  test.each([
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"],
    ["curl/8.5.0", "bot"],
    ["python-requests/2.31", "bot"],
    ["k6/1.8.1 (https://k6.io/)", "bot"],
    ["-", "bot"],
    ["kube-probe/1.29", "health-check"],
    ["ELB-HealthChecker/2.0", "health-check"],
    [BROWSER, "browser"],
    [
      "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Chrome/128 Mobile Safari/537.36",
      "browser",
    ],
  ])("user agent %s: %s", (agent, kind) => {
    expect(classifyAgent(agent)).toBe(kind);
  });
});

describe("requests that are no steps", () => {
  const none = { includeStatic: false, includeHealthChecks: false, includeBots: false };
  const record = (request: string, status = 200): ReturnType<typeof readLine> =>
    readLine(
      "combined",
      `192.0.2.7 - - [10/Oct/2024:13:55:36 +0000] "${request} HTTP/1.1" ${status} 1 "-" "${BROWSER}"`,
    );

  test("static files, health checks, other methods, what was not found", () => {
    expect(setApart(record("GET /a/app.min.js?v=3"), none)).toBe("static file");
    expect(setApart(record("GET /a/app.min.js?v=3"), { ...none, includeStatic: true })).toBeUndefined();
    expect(setApart(record("GET /healthz"), none)).toBe("health check");
    expect(setApart(record("HEAD /"), none)).toBe("other method (HEAD, OPTIONS, …)");
    expect(setApart(record("GET /wp-login.php", 404), none)).toMatch(/^not found/);
    expect(setApart(record("GET /account", 403), none)).toBeUndefined();
    expect(setApart(record("GET /account", 500), none)).toBeUndefined();
  });
});

describe("items are counted in bounded memory", () => {
  test("exactly while there is room; then the popular ones stay exact to the number of rounds", () => {
    const items = new ItemCounts(1000);
    for (let round = 0; round < 100; round++) {
      for (let index = 0; index < 50; index++) items.add(`popular-${index}`);
      for (let index = 0; index < 100; index++) items.add(`once-${round}-${index}`);
    }
    expect(items.requests).toBe(15_000);
    expect(items.exact).toBe(false);
    expect(items.items).toBe(10_050);
    expect(items.counts().length).toBeLessThanOrEqual(1000);
    expect(items.counts().filter((count) => count === 100)).toHaveLength(50);
  });
});

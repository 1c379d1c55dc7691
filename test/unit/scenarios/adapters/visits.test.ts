import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { parse } from "csv-parse/sync";
import { adapterOf } from "../../../../scenarios/adapters";
import { chainPath, WAIT } from "../../../../scenarios/adapters/data/chain-path";
import { randomStream } from "../../../../scenarios/adapters/data/random";
import { visitsCsv } from "../../../../scenarios/adapters/data/visit-data";
import { traceSchedule, userSpans } from "../../../../scenarios/adapters/jmeter/schedule-text";
import { K6_HELPER_SOURCE } from "../../../../scenarios/adapters/k6/helper-script";
import type { ArrivalTrace, Executor, VirtualUsers } from "../../../../scenarios/executor";
import { executorCurve, usersAt } from "../../../../scenarios/executor-plan";
import type { Extraction, HttpStep, Journey, Workload } from "../../../../scenarios/model";
import { shopWorkload } from "../../../support/shop-workload";
import { variedWorkload } from "../../../support/varied-workload";

const shares = (count: number) => Array.from({ length: count }, (_, index) => ({ index, count }));
const withExecutor = (executor: Executor): Workload => ({
  ...shopWorkload,
  ...executorCurve(executor),
  executor,
});
type Row = Readonly<Record<string, string>>;
const rowsOf = (executor: Executor, count: number): readonly (readonly Row[])[] =>
  shares(count).map((share): readonly Row[] =>
    parse(visitsCsv(withExecutor(executor), executor, share), { columns: true }),
  );

const wander = variedWorkload.journeys[0] as Journey & Required<Pick<Journey, "chain">>;

test("a path that is drawn beforehand is the one that a rendered k6 script walks", async () => {
  const source = K6_HELPER_SOURCE.replace(/^import .*$/gm, "").replace(/^export /gm, "");
  const walked: unknown = await runInContext(
    `class Counter {} class Gauge {} class Trend {} const __ENV = {};
${source}
;(async () => {
  const paths = [];
  for (let arrival = 0; arrival < 300; arrival++) {
    const visit = { random: randomStream(11, 0, arrival) };
    const path = [];
    const think = () => { path.push("wait:" + Math.round((0.001 + visit.random() * (0.02 - 0.001)) * 1000)); };
    const chain = {
      entry: [["home", 0.75], ["look-up", 0.25]],
      maxSteps: 1000,
      next: {
        home: [["many", 0.6, think], ["exit", 0.4]],
        many: [["look-up", 0.5], ["many", 0.3], ["exit", 0.2]],
        "look-up": [["home", 0.5, () => { path.push("wait:10"); }], ["exit", 0.5]],
      },
    };
    await walk(visit, chain, {
      home: () => { path.push("home"); },
      many: () => { path.push("many"); visit.random(); },
      "look-up": () => { path.push("look-up"); },
    });
    paths.push(path.join(" "));
  }
  return JSON.stringify(paths);
})()`,
    createContext({}),
  );
  const path = chainPath(wander, wander.chain);
  const drawn = Array.from({ length: 300 }, (_, arrival) => {
    const random = randomStream(11, 0, arrival);
    // The choice of an item is drawn when the step is made.
    return path(random, ({ name }) => (name === "many" ? void random() : undefined)).join(" ");
  });
  expect(drawn).toEqual(JSON.parse(String(walked)));
});

test("transitions of drawn paths are those of the chain, within 0.01", () => {
  const path = chainPath(wander, wander.chain);
  const counts = new Map<string, Map<string, number>>();
  for (let arrival = 0; arrival < 60_000; arrival += 1) {
    const words = path(randomStream(5, 0, arrival), () => undefined).filter((word) => !word.startsWith(WAIT));
    words.forEach((word, at) => {
      const next = counts.get(word) ?? new Map<string, number>();
      const to = words[at + 1] ?? "exit";
      counts.set(word, next.set(to, (next.get(to) ?? 0) + 1));
    });
  }
  for (const { from, to, probability } of wander.chain.transitions) {
    const next = counts.get(from) ?? new Map<string, number>();
    const total = [...next.values()].reduce((sum, count) => sum + count, 0);
    expect(Math.abs((next.get(to) ?? 0) / total - probability)).toBeLessThan(0.01);
  }
});

test("the visits of an executor are split exactly, and every one has the journey and data of its number", () => {
  const iterations: Executor = { kind: "iterations-per-user", users: 7, iterations: 6, maxSeconds: 60 };
  expect(rowsOf(iterations, 3).map((rows) => rows.length)).toEqual([18, 12, 12]);
  const [whole] = rowsOf(iterations, 1);
  expect(whole).toHaveLength(42);
  for (const [index, rows] of rowsOf(iterations, 3).entries()) {
    rows.forEach((row, here) => {
      if (here * 3 + index < 42) expect(row).toEqual(whole?.[here * 3 + index]);
    });
  }
  const journeys = new Set(whole?.map(({ journey }) => journey));
  expect(journeys).toEqual(new Set(["browse", "check-out"]));
});

test("a trace's visits keep their instants and journeys, a second later than the start", () => {
  const trace: ArrivalTrace = {
    kind: "arrival-trace",
    atSeconds: [0, 0.2504, 1.5, 1.999, 4],
    journeys: ["browse", "check-out", "browse", "browse", "check-out"],
  };
  const [first, second] = rowsOf(trace, 2);
  expect(first?.map(({ due_ms, journey }) => [due_ms, journey])).toEqual([
    ["1000", "browse"],
    ["2500", "browse"],
    ["5000", "check-out"],
  ]);
  expect(second?.map(({ due_ms, journey }) => [due_ms, journey])).toEqual([
    ["1250", "check-out"],
    ["2999", "browse"],
  ]);
  // JMeter's threads come in the first half of the second before.
  expect(traceSchedule(withExecutor(trace), trace, { index: 0, count: 2 }).split("\n").slice(0, -1)).toEqual([
    "rate(2.002/s) even_arrivals(500 ms) rate(2.002/s)",
    "rate(0/s) pause(500 ms)",
    "rate(2.002/s) even_arrivals(500 ms) rate(2.002/s)",
    "rate(0/s) pause(500 ms)",
    "rate(0/s) pause(2 s)",
    "rate(2.002/s) even_arrivals(500 ms) rate(2.002/s)",
    "rate(0/s) pause(500 ms)",
    "rate(0/s) pause(1 s)",
  ]);
});

test("virtual users of JMeter are there as the curve says, on any number of generators", () => {
  const executor: VirtualUsers = {
    kind: "virtual-users",
    startUsers: 2,
    stages: [
      { durationSeconds: 10, users: 12, label: "up" },
      { durationSeconds: 5, users: 12, label: "hold" },
      { durationSeconds: 0, users: 20, label: "jump" },
      { durationSeconds: 5, users: 4, label: "down" },
      { durationSeconds: 5, users: 9, label: "up again" },
    ],
  };
  const spans = shares(3).flatMap((share) => userSpans(executor, share));
  for (let at = 0.05; at < 25; at += 0.1) {
    const there = spans.filter(({ fromMs, toMs }) => fromMs <= at * 1000 && at * 1000 < toMs).length;
    const wanted = usersAt(executor, at);
    expect(Math.abs(there - wanted)).toBeLessThan(1);
  }
  expect(new Set(spans.map(({ toMs }) => toMs)).size).toBeGreaterThan(3);
});

const matching = (extraction: Extraction): Workload => {
  const step: HttpStep = {
    name: "page",
    request: { method: "GET", path: "/" },
    extract: [extraction],
  };
  return { ...shopWorkload, journeys: [{ name: "read", weight: 1, steps: [step] }] };
};
const rendered = (tool: "locust" | "gatling" | "jmeter", workload: Workload): string =>
  Object.values(adapterOf(tool).renderNative(workload).files).join("\n");

test.each([
  [0, 'regex("((a)(b)\\\\2)").saveAs("x")', "$0$", ", 0)"],
  [1, 'regex("(a)(b)\\\\1").saveAs("x")', "$1$", ")"],
  [
    2,
    'regex("(a)(b)\\\\1").captureGroups(2).transform(groups -> groups.get(1)).notNull().saveAs("x")',
    "$2$",
    ", 2)",
  ],
] as const)("group %i of a regular expression is the one that is taken", (group, gatling, jmeter, locust) => {
  const workload = matching({ kind: "regex", name: "x", pattern: "(a)(b)\\1", group });
  expect(rendered("gatling", workload)).toContain(gatling);
  expect(rendered("jmeter", workload)).toContain(`<stringProp name="RegexExtractor.template">${jmeter}<`);
  expect(rendered("locust", workload)).toContain(`from_body(response, "(a)(b)\\\\1"${locust}`);
});

test("a group that Gatling cannot tell is refused", () => {
  const pattern = "(a)".repeat(9);
  const workload = matching({ kind: "regex", name: "x", pattern, group: 9 });
  expect(
    adapterOf("gatling")
      .problems(workload)
      .map(({ field }) => field),
  ).toEqual(["journeys[0].steps[0].extract[0].group"]);
});

test("an unknown number of visits cannot share out rows that may come once only", () => {
  const executor: Executor = {
    kind: "virtual-users",
    startUsers: 2,
    stages: [{ durationSeconds: 5, users: 2, label: "hold" }],
  };
  const [browse] = shopWorkload.journeys;
  if (browse === undefined) throw new Error("no journey");
  const workload: Workload = {
    ...withExecutor(executor),
    journeys: [
      {
        ...browse,
        feeders: [
          ...(browse.feeders ?? []),
          {
            kind: "table",
            name: "users",
            file: join(__dirname, "golden", "locust", "data", "browse.csv"),
            mode: "unique",
            columns: ["id"],
            rowCount: 5,
          },
        ],
      },
    ],
  };
  for (const tool of ["locust", "gatling", "jmeter"] as const) {
    expect(
      adapterOf(tool)
        .problems(workload)
        .map(({ field }) => field),
    ).toEqual(["journeys[0].feeders[2].mode"]);
  }
});

test("cookies that a user keeps need users that come again", () => {
  const arrivals: Workload = { ...shopWorkload, cookies: "user" };
  const visitors: Workload = {
    ...withExecutor({ kind: "iterations-per-user", users: 2, iterations: 2, maxSeconds: 5 }),
    cookies: "user",
  };
  for (const tool of ["gatling", "jmeter"] as const) {
    expect(
      adapterOf(tool)
        .problems(arrivals)
        .map(({ field }) => field),
    ).toEqual(["cookies"]);
    expect(adapterOf(tool).problems(visitors)).toEqual([]);
  }
  expect(rendered("gatling", visitors)).not.toContain("flushCookieJar");
  expect(rendered("gatling", { ...visitors, cookies: "visit" })).toContain("flushCookieJar");
  expect(rendered("jmeter", visitors)).toContain('<boolProp name="CookieManager.clearEachIteration">false<');
  expect(adapterOf("locust").problems(arrivals)).toEqual([]);
  expect(rendered("locust", arrivals)).toContain("keeps_cookies = True");
});

test("a chain of one step and a workload of one journey are no switches of one case, which Gatling refuses", () => {
  const step: HttpStep = { name: "poll", request: { method: "GET", path: "/" } };
  const workload: Workload = {
    ...withExecutor({ kind: "iterations-per-user", users: 2, iterations: 2, maxSeconds: 5 }),
    journeys: [
      {
        name: "poll",
        weight: 1,
        steps: [step],
        chain: {
          entry: { poll: 1 },
          transitions: [
            { from: "poll", to: "poll", probability: 0.5 },
            { from: "poll", to: "exit", probability: 0.5 },
          ],
        },
      },
    ],
  };
  const simulation = rendered("gatling", workload);
  const switches = simulation.split("doSwitch(").slice(1);
  expect(switches).toHaveLength(1);
  expect(switches[0]?.match(/onCase\(/g)).toHaveLength(2);
  expect(simulation).toContain(".exec(poll)");
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { adapterOf } from "../../../../scenarios/adapters";
import { journeyDataCsv } from "../../../../scenarios/adapters/data/journey-data";
import { curveFiles } from "../../../../scenarios/adapters/gatling/injection-text";
import { renderSimulation } from "../../../../scenarios/adapters/gatling/script";
import { openModelSchedule } from "../../../../scenarios/adapters/jmeter/schedule-text";
import type { Workload } from "../../../../scenarios/model";
import { shopWorkload } from "../../../support/shop-workload";
import { variedWorkload } from "../../../support/varied-workload";

/** Rendered files as they were last read by a person; UPDATE_GOLDEN=1 writes them anew. */
const golden = (tool: string, name: string): string => join(__dirname, "golden", tool, name);

test.each(
  (["locust", "gatling", "jmeter"] as const).flatMap((tool) =>
    [shopWorkload, variedWorkload].map((workload) => [workload.scenario, tool, workload] as const),
  ),
)("%s for %s reads as its golden files do", (_, tool, workload) => {
  const { files } = adapterOf(tool).renderNative(workload);
  for (const [rendered, content] of Object.entries(files)) {
    if (rendered.startsWith("perfbed") || typeof content !== "string") continue;
    const name = rendered.replace(
      "locustfile",
      workload === shopWorkload ? "locustfile" : "locustfile-varied",
    );
    const file = golden(tool, name);
    const short = name.endsWith(".csv") ? content.split("\n").slice(0, 5).join("\n") : content;
    if (process.env.UPDATE_GOLDEN === "1") {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, short);
    }
    expect(existsSync(file)).toBe(true);
    expect(short).toBe(readFileSync(file, "utf8"));
  }
});

test("the test plan is well-formed whatever stands in names, bodies and values", () => {
  const [first, second] = shopWorkload.journeys;
  if (first === undefined || second === undefined) throw new Error("no journeys");
  const workload: Workload = {
    ...shopWorkload,
    description: 'Quotes " and <tags> & more\nin two lines.',
    journeys: [
      {
        ...first,
        feeders: [],
        steps: [{ name: "a", request: { method: "POST", path: "/a?b=<c>&d='e'", body: '{"x": "<&>"}\n' } }],
      },
    ],
  };
  const { files } = adapterOf("jmeter").renderNative(workload);
  expect(XMLValidator.validate(String(files["shop.jmx"]))).toBe(true);
});

test("all tools write the same data: what an arrival asks for does not depend on the tool", () => {
  const data = (["locust", "gatling", "jmeter"] as const).map(
    (tool) => adapterOf(tool).renderNative(shopWorkload).files["data/browse.csv"],
  );
  expect(new Set(data).size).toBe(1);
  expect(String(data[0]).split("\n")[0]).toBe("product,words,pause_ms_search");
});

test("the shares of three generators add up to the whole, as JMeter counts them", () => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  // 10 of warm-up, 60 of the ramp, 75 of the spike; two of three are "browse".
  const whole = sum(numbers(openModelSchedule(shopWorkload, 0, { index: 0, count: 1 })));
  expect(whole).toBe(96);
  const shares = [0, 1, 2].map((index) => ({ index, count: 3 }));
  expect(sum(shares.flatMap((share) => numbers(openModelSchedule(shopWorkload, 0, share))))).toBe(whole);
  expect(renderSimulation(shopWorkload, { index: 1, count: 3 })).toContain("Generator 2 of 3");
  expect(renderSimulation(shopWorkload, { index: 1, count: 3 })).toContain(
    'browse.injectOpen(DueUsers.of("arrivals/browse.csv", 1, 3)),',
  );
  expect(curveFiles(shopWorkload)["arrivals/browse.csv"]?.split("\n").slice(0, 3)).toEqual([
    "seconds,usersPerSecond",
    expect.stringMatching(/^0,0\.666/),
    "5,2",
  ]);
});

/** Arrivals of each stage, as JMeter counts them: the mean of the two rates times the length, without its fraction. */
function numbers(schedule: string): number[] {
  return [
    ...schedule.matchAll(/rate\(([\d.e-]+)\/s\) even_arrivals\((\d+) (s|ms)\) rate\(([\d.e-]+)\/s\)/g),
  ].map(([, from, length, unit, to]) =>
    Math.floor(((Number(from) + Number(to)) / 2) * (Number(length) / (unit === "s" ? 1 : 1000))),
  );
}

test.each([
  ["locust", ["journeys[0].steps[0].kind"]],
  [
    "gatling",
    ["executor.kind", "setup.per", "journeys[0].feeders[0].per", "journeys[0].steps[0].kind", "cookies"],
  ],
  [
    "jmeter",
    ["executor.kind", "setup.per", "journeys[0].feeders[0].per", "journeys[0].steps[0].kind", "cookies"],
  ],
] as const)("%s refuses what it cannot do, by field and with a reason of its own", (tool, fields) => {
  const [first] = shopWorkload.journeys;
  if (first === undefined) throw new Error("no journeys");
  const problems = adapterOf(tool).problems({
    ...shopWorkload,
    cookies: "user",
    executor: {
      kind: "external-rate",
      control: "/tmp/rate",
      startRatePerSecond: 1,
      maxRatePerSecond: 5,
      durationSeconds: 10,
    },
    setup: { per: "user", steps: [{ name: "sign-in", request: { method: "POST", path: "/sessions" } }] },
    journeys: [
      {
        ...first,
        feeders: [{ kind: "random-int", name: "product", min: 1, max: 9, per: "user" }],
        steps: [{ kind: "websocket", name: "chat", path: "/chat", exchanges: [{ send: "hello" }] }],
      },
    ],
  });
  expect(problems.map(({ field }) => field)).toEqual(fields);
  for (const { hint } of problems) {
    expect(hint).toContain("--tool k6");
    expect(hint).not.toContain("does not render it");
  }
});

test.each([
  ["unique", ["a", "c"], ["b", "d"]],
  ["sequential", ["a", "c"], ["b", "d"]],
  ["split", ["a", "c"], ["b", "d"]],
] as const)("rows of a table are given out as with k6: %s, on two generators", (mode, first, second) => {
  const folder = mkdtempSync(join(tmpdir(), "table-"));
  const file = join(folder, "users.csv");
  writeFileSync(file, 'email\na\nb\nc\nd\n"e,f"\n');
  try {
    const workload: Workload = {
      ...shopWorkload,
      warmup: { startRatePerSecond: 0, stages: [] },
      arrival: { startRatePerSecond: 2, stages: [{ durationSeconds: 2, ratePerSecond: 2, label: "hold" }] },
      journeys: [
        {
          name: "log-in",
          weight: 1,
          feeders: [{ kind: "table", name: "users", file, mode, columns: ["email"], rowCount: 5 }],
          steps: [{ name: "in", request: { method: "GET", path: "/in?user=${users.email}" } }],
        },
      ],
    };
    const rows = [0, 1].map((index) => journeyDataCsv(workload, 0, { index, count: 2 })?.trim().split("\n"));
    expect(rows).toEqual([
      ["users_email", ...first],
      ["users_email", ...second],
    ]);
    for (const tool of ["locust", "gatling", "jmeter"] as const) {
      expect(adapterOf(tool).problems(workload)).toEqual([]);
      const script = Object.values(adapterOf(tool).renderNative(workload).files).join("\n");
      expect(script).toContain("users_email");
      expect(script).not.toContain("users.email");
    }
    const long: Workload = {
      ...workload,
      arrival: { startRatePerSecond: 2, stages: [{ durationSeconds: 3, ratePerSecond: 2, label: "hold" }] },
    };
    expect(adapterOf("jmeter").problems(long)).toHaveLength(mode === "unique" ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

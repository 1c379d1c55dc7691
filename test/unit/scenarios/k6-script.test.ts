// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  executionSegment,
  inspectScript,
  type RenderedK6,
  renderK6,
  renderScript,
} from "../../../scenarios/adapters/k6";
import { gcPercent } from "../../../scenarios/adapters/k6/render";
import { timeUnitSeconds } from "../../../scenarios/adapters/k6/script";
import { arrivalsTotal } from "../../../scenarios/arrival";
import { catalogue } from "../../../scenarios/catalogue";
import type { Journey, Workload } from "../../../scenarios/model";
import { resolveParameters } from "../../../scenarios/parameters";
import { wholeProfile } from "../../../scenarios/plan";
import { buildWorkload } from "../../../scenarios/resolve";
import { resolveTool, Tool } from "../../../toolchain";

let folder: string;
let k6: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pbk6-"));
  const path = (await resolveTool(Tool.K6))?.executables.k6;
  if (path === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  k6 = path;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hostile = "`${1+1}` \\ \" ' \u2028 </script>";

/** Every kind of feeder, check, extraction, pause and method, with text that would break careless rendering. */
const everything: Workload = {
  scenario: "everything",
  description: `first line\nsecond line ${hostile}`,
  seed: 3,
  warmup: {
    startRatePerSecond: 1 / 3,
    stages: [{ durationSeconds: 1.5, ratePerSecond: 2, label: "warm\nup" }],
  },
  arrival: { startRatePerSecond: 5, stages: [{ durationSeconds: 3, ratePerSecond: 5, label: "hold" }] },
  journeys: [
    {
      name: "1-all-kinds",
      weight: 2,
      feeders: [
        { kind: "random-int", name: "number", min: -3, max: 3 },
        { kind: "zipf", name: "popular", min: 1, max: 100, exponent: 1 },
        { kind: "choice", name: "word", values: ["plain", hostile] },
        { kind: "choice", name: "class", values: ["a"], weights: [2] },
        { kind: "unique-id", name: "id", prefix: hostile },
      ],
      steps: [
        {
          name: "default",
          request: { method: "GET", path: "/${word}?n=${number}&text=a`b\\c$d" },
          thinkTime: { distribution: "constant", meanSeconds: 0.1 },
        },
        {
          name: "get-it",
          request: {
            method: "POST",
            path: "/things",
            headers: { "X-Key": "${id}", "content-type": "application/json" },
            body: '{"word":"${word}","n":${number}}',
            timeoutSeconds: 2.5,
          },
          checks: [
            { kind: "status", statuses: [200, 201] },
            { kind: "status", statuses: [201] },
            { kind: "body-contains", text: hostile },
            { kind: "json", path: "a.0.b" },
            { kind: "json", path: "c", equals: "x" },
          ],
          extract: [
            { kind: "json", name: "made", path: "items.0.id" },
            { kind: "regex", name: "found", pattern: '"(\\d+)/`' },
            { kind: "header", name: "location", header: "Location" },
          ],
          thinkTime: { distribution: "uniform", minSeconds: 0, maxSeconds: 0.1 },
        },
        {
          name: "put",
          request: {
            method: "PUT",
            path: "/${made}/${popular}",
            headers: { "content-type": "text/plain" },
            body: "${word}",
          },
          thinkTime: { distribution: "exponential", meanSeconds: 0.1 },
        },
        { name: "patch", request: { method: "PATCH", path: "/", body: "{}" } },
        { name: "delete", request: { method: "DELETE", path: "/${found}" } },
        {
          name: "last",
          request: { method: "POST", path: "/", headers: { "X-Where": "${location}" } },
          thinkTime: { distribution: "lognormal", meanSeconds: 0.1, sigma: 0.4, maxSeconds: 1 },
        },
      ],
    },
    { name: "plain", weight: 1, steps: [{ name: "root", request: { method: "GET", path: "/" } }] },
  ],
  slos: [],
  parameters: {},
};

const render = (workload: Workload, index = 0, count = 2): RenderedK6 =>
  renderK6(workload, {
    baseUrl: "http://127.0.0.1:1",
    share: { name: `generator-${index + 1}`, index, count },
    folder,
    runId: "run-1",
    apiPort: 20_000,
  });

async function written(workload: Workload): Promise<string> {
  const { files } = render(workload);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, `${workload.scenario}.js`);
}

const inspect = (file: string) => inspectScript(k6, file, { BASE_URL: "http://127.0.0.1:1" });

const one = (journey: Partial<Journey>): string =>
  renderScript(
    {
      ...everything,
      journeys: [
        { name: "j", weight: 1, steps: [{ name: "s", request: { method: "GET", path: "/" } }], ...journey },
      ],
    },
    1,
  );

test("k6 accepts a script with every kind of everything, hostile text included", async () => {
  const inspection = await inspect(await written(everything));
  expect(inspection.scenarioNames).toEqual(["1-all-kinds", "plain"]);
  expect(inspection.plannedSeconds).toBe(4.5);
});

test("k6 accepts every scenario of the catalogue and plans the length that perfbed plans", async () => {
  for (const scenario of catalogue) {
    const workload = buildWorkload(scenario, resolveParameters(scenario), { storefront: true });
    const inspection = await inspect(await written(workload));
    const { stages } = wholeProfile(workload);
    expect(inspection.plannedSeconds).toBeCloseTo(
      stages.reduce((sum, stage) => sum + stage.durationSeconds, 0),
      6,
    );
    expect([...inspection.scenarioNames].sort()).toEqual(["browse", "checkout", "product", "search"]);
  }
});

test("k6 reads the very curve that was planned: warm-up, jump and measured part in one", async () => {
  const single = { ...everything, journeys: everything.journeys.slice(1) };
  const { profile } = await inspect(await written(single));
  expect(profile?.stages.map(({ durationSeconds }) => durationSeconds)).toEqual([1.5, 0, 3]);
  expect(profile === null ? 0 : arrivalsTotal(profile)).toBeCloseTo(arrivalsTotal(wholeProfile(single)), 5);
});

test("rates that are no whole numbers get the shortest time unit that keeps them exact", () => {
  expect(timeUnitSeconds([10, 20])).toBe(1);
  expect(timeUnitSeconds([6.75, 3])).toBe(100);
  expect(timeUnitSeconds([0.0001])).toBe(10_000);
  expect(timeUnitSeconds([1 / 3])).toBe(1_000_000);
});

test("the segments of any fleet cover the whole without a gap", () => {
  expect(executionSegment(0, 1)).toEqual({ segment: "0:1", sequence: "0,1" });
  expect(executionSegment(1, 3)).toEqual({ segment: "1/3:2/3", sequence: "0,1/3,2/3,1" });
  expect(executionSegment(2, 3).segment).toBe("2/3:1");
});

test("requests carry a trace context only where a share is to be traced, and k6 accepts that script too", async () => {
  const plain = renderScript(everything, 1);
  expect(plain).toContain('import http from "k6/http";');
  expect(plain).not.toContain("tracedHttp");
  const traced = renderScript(everything, 1, 0.2);
  expect(traced).toContain("const http = tracedHttp(0.2);");
  expect(traced).not.toContain('import http from "k6/http";');
  await written(everything);
  const file = join(folder, "traced.js");
  await writeFile(file, traced);
  expect((await inspect(file)).plannedSeconds).toBe(
    (await inspect(await written(everything))).plannedSeconds,
  );
});

test("a plain step is plain k6: one call, no body kept, nothing else", () => {
  const script = one({});
  expect(script).toContain("http.get(`${BASE_URL}/`, jSteps.s);");
  expect(script).toContain('s: request("s"),');
  expect(script).not.toContain("linkNextRequest");
  expect(script).toContain("discardResponseBodies: true");
});

test("values go into paths percent-encoded, into JSON bodies as JSON text, integers as they are", () => {
  const script = one({
    feeders: [
      { kind: "choice", name: "word", values: ["a"] },
      { kind: "random-int", name: "n", min: 1, max: 2 },
    ],
    steps: [
      { name: "s", request: { method: "POST", path: "/${word}/${n}", body: '{"w":"${word}","n":${n}}' } },
    ],
  });
  expect(script).toContain("`${BASE_URL}/${encodeURIComponent(data.word)}/${data.n}`");
  expect(script).toContain('`{"w":"${jsonText(data.word)}","n":${data.n}}`');
  expect(script).toContain('headers: { "content-type": "application/json" }');
});

test("the arguments hold nothing of the user's, and generators differ in segment and number alone", () => {
  const first = render(everything, 0);
  const second = render(everything, 1);
  expect(first.files).toEqual(second.files);
  expect(first.args.filter((arg) => !second.args.includes(arg))).toEqual(["--execution-segment=0:1/2"]);
  expect(first.env).toMatchObject({ PERFBED_GENERATOR: "1", BASE_URL: "http://127.0.0.1:1" });
  const script = {
    tool: "k6" as const,
    file: "/own.js",
    environment: { TOKEN: "top-secret" },
    ownArrivals: true,
  };
  const native = render({ ...everything, journeys: [], script });
  expect(native.args.join(" ")).not.toContain("top-secret");
  expect(native.env.TOKEN).toBe("top-secret");
  expect(native.args.at(-1)).toBe("/own.js");
  expect(native.args).not.toContain("--no-thresholds");
});

test("a script that throws while it is loaded is reported with k6's own words", async () => {
  const file = join(folder, "throws.js");
  await writeFile(file, 'throw new Error("no such luck");\nexport default function () {}\n');
  await expect(inspect(file)).rejects.toMatchObject({
    code: "PERFBED_CONFIG",
    problems: [{ field: file, hint: expect.stringContaining("no such luck") }],
  });
});

test("k6 reads options that write few tags, follow no redirect and keep no body", async () => {
  const file = await written(everything);
  const { stdout } = await promisify(execFile)(k6, ["inspect", "--include-system-env-vars", file], {
    env: { PATH: "", BASE_URL: "http://127.0.0.1:1" },
  });
  const options: unknown = JSON.parse(stdout);
  expect(options).toMatchObject({
    maxRedirects: 0,
    discardResponseBodies: true,
    systemTags: ["error_code", "name", "scenario", "status"],
  });
});

test("a small generator collects garbage less often, a large one as Go does by itself", () => {
  expect([0, 100, 300, 5000].map(gcPercent)).toEqual([800, 462, 207, 100]);
});

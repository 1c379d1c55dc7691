import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type SyntheticLogTruth, writeSyntheticLog } from "../../../bench/traffic/synthetic-log";
import { SHOP_CHAIN, SHOP_PAGES } from "../../../bench/traffic/synthetic-shop";
import { renderScript } from "../../../scenarios/adapters/k6";
import { arrivalsBetween } from "../../../scenarios/arrival";
import type { Workload } from "../../../scenarios/model";
import { resolveParameters } from "../../../scenarios/parameters";
import { buildWorkload, loadScenario } from "../../../scenarios/resolve";
import { checkTraffic } from "../../../traffic/check";
import { CHECK_PARTS } from "../../../traffic/checking/compare";
import { type Learned, learnTraffic } from "../../../traffic/learn";
import { readTrafficModel, type TrafficModel } from "../../../traffic/model";
import { scenarioText } from "../../../traffic/scenario/scenario-text";
import { DEFAULT_TRAFFIC_SETTINGS, type TrafficSettings } from "../../../traffic/settings";

jest.setTimeout(300_000);

const FROM = Date.UTC(2024, 2, 4, 18);
const MINUTES = 240;
const quiet = { progress: () => undefined };

let folder: string;
let truth: SyntheticLogTruth;
let learned: Learned;

const learn = (files: readonly string[], settings: Partial<TrafficSettings> = {}): Promise<Learned> =>
  learnTraffic(files, { ...DEFAULT_TRAFFIC_SETTINGS, ...settings }, quiet);

async function workloadOf(model: TrafficModel, set: readonly string[] = []): Promise<Workload> {
  const file = join(folder, "learned.ts");
  await writeFile(file, scenarioText(model, "learned"));
  const scenario = await loadScenario(file, folder);
  return buildWorkload(scenario, resolveParameters(scenario, { set }), { storefront: false });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pb-learn-"));
  truth = await writeSyntheticLog(join(folder, "shop.log"), {
    seed: 17,
    fromMs: FROM,
    sessionsPerMinute: 45,
    minutes: MINUTES,
  });
  learned = await learn([join(folder, "shop.log")]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The step of a page of the synthetic shop. */
const stepOf = (model: TrafficModel, template: string, method: string): string =>
  model.steps.find((step) => step.path === template && step.method === method)?.name ?? `no ${template}`;

describe("what is true of a synthetic log is learned from it", () => {
  test("requests, visits, what was set apart and what could not be read", () => {
    const { model, malformed } = learned;
    expect(malformed.total).toBe(truth.malformedLines);
    expect(model.log.requests).toBe(truth.lines - truth.malformedLines);
    expect(model.requests.steps).toBe(truth.pageRequests);
    // A few visitors share address and agent with another one half an hour earlier.
    expect(Math.abs(model.sessions.count / truth.sessions - 1)).toBeLessThan(0.005);
    expect(model.requests.setApart["health check"]).toBe(MINUTES * 6);
    expect(model.requests.setApart["bot by its user agent"]).toBe(MINUTES);
    expect(malformed.first[0]).toMatchObject({
      file: join(folder, "shop.log"),
      reason: "field missing: time",
    });
  });

  test("the templates of all pages, and no other", () => {
    expect(learned.model.steps.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      SHOP_PAGES.map(({ method, template }) => `${method} ${template}`).sort(),
    );
  });

  test("transitions of the chain behind it, as exactly as so many moves can tell", () => {
    const { chain, steps } = learned.model;
    const names = SHOP_PAGES.map(({ template, method }) => stepOf(learned.model, template, method));
    const probability = (from: string, to: string): number =>
      chain.transitions.find((move) => move.from === from && move.to === to)?.probability ?? 0;
    /** Four standard errors of a share of n, and a little for visits that are taken for one. */
    const near = (found: number, true_: number, n: number): void => {
      expect(Math.abs(found - true_)).toBeLessThan(4 * Math.sqrt((true_ * (1 - true_)) / n) + 0.003);
    };
    names.forEach((from, row) => {
      const left = steps.find(({ name }) => name === from)?.requests ?? 1;
      near(chain.entry[from] ?? 0, SHOP_CHAIN.entry[row] ?? 0, truth.sessions);
      near(probability(from, "exit"), SHOP_CHAIN.exit[row] ?? 0, left);
      names.forEach((to, column) => {
        near(probability(from, to), SHOP_CHAIN.transitions[row]?.[column] ?? 0, left);
      });
    });
  });

  test("pauses, from a log that tells whole seconds", () => {
    for (const page of SHOP_PAGES) {
      const found = learned.model.steps.find(
        ({ path, method }) => path === page.template && method === page.method,
      );
      const { sigma = 0, medianSeconds = 0, observations = 0, distance } = found?.thinkTime ?? {};
      const error = page.pauseSigma / Math.sqrt(observations);
      const median = page.pauseMeanSeconds * Math.exp(-(page.pauseSigma ** 2) / 2);
      // Pauses beyond 25 minutes were cut.
      expect(Math.abs(Math.log(medianSeconds / median))).toBeLessThan(4 * error + 0.01);
      expect(Math.abs(sigma - page.pauseSigma)).toBeLessThan(4 * error + 0.02);
      expect(distance).toBeLessThan(2 / Math.sqrt(observations) + 0.01);
    }
  });

  test("visits of every minute, random arrivals, and the hours that the log covers", () => {
    const { arrivals } = learned.model;
    const window = truth.sessionsByMinute.slice(
      (Date.parse(arrivals.window.from) - FROM) / 60_000,
      (Date.parse(arrivals.window.from) - FROM) / 60_000 + 10,
    );
    arrivals.window.counts.forEach((count, index) => {
      expect(Math.abs(count - (window[index] ?? 0))).toBeLessThanOrEqual(3);
    });
    expect(arrivals.dispersion).toBeCloseTo(1, 1);
    expect(arrivals.hourOfDay.map((value) => value !== null)).toEqual(
      Array.from({ length: 24 }, (_, hour) => hour >= 18 && hour < 22),
    );
  });

  test("the same from a gzipped JSON log in two files, whose visits have a cookie", async () => {
    const json = await writeSyntheticLog(join(folder, "shop.json"), {
      seed: 17,
      fromMs: FROM,
      sessionsPerMinute: 20,
      minutes: 60,
      format: "json",
      noise: false,
    });
    const lines = (await readFile(join(folder, "shop.json"), "utf8")).trimEnd().split("\n");
    const part = (from: number, to?: number): Buffer => gzipSync(`${lines.slice(from, to).join("\n")}\n`);
    await writeFile(join(folder, "1.gz"), part(0, 2000));
    await writeFile(join(folder, "2.gz"), part(2000));
    const { model } = await learn([join(folder, "2.gz"), join(folder, "1.gz")]);
    expect(model.sessions).toMatchObject({ count: json.sessions, byCookie: json.sessions });
    expect(model.requests.steps).toBe(json.pageRequests);
    expect(model.log).toMatchObject({ files: 2, formats: ["json"], resolutionSeconds: 0.001, malformed: 0 });
  });

  test("a log without a visit is an error that says why", async () => {
    const bots = 'x - - [10/Oct/2024:13:55:36 +0000] "GET /a HTTP/1.1" 200 1 "-" "curl/8"\n';
    await writeFile(join(folder, "bots.log"), bots.repeat(3));
    await expect(learn([join(folder, "bots.log")])).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("no visit"),
      hint: expect.stringContaining("3 bot by its user agent"),
    });
  });
});

describe("the scenario that is written", () => {
  test("loads, is valid as it is, and k6 is given its chain", async () => {
    const workload = await workloadOf(learned.model);
    expect(workload.journeys[0]?.chain?.entry).toBeDefined();
    expect(workload.journeys[0]?.steps).toHaveLength(SHOP_PAGES.length);
    const script = renderScript(workload, 1);
    expect(script).toContain("/api/products/");
    expect(script).toContain("x-perfbed-visit");
  });

  test.each(["random", "even"])(
    "replays the arrivals of every minute within 1 percent, %s",
    async (arrivals) => {
      const workload = await workloadOf(learned.model, [`arrivals=${arrivals}`]);
      learned.model.arrivals.window.counts.forEach((count, minute) => {
        const replayed = arrivalsBetween(workload.arrival, minute * 60, minute * 60 + 60);
        expect(Math.abs(replayed / count - 1)).toBeLessThan(0.01);
      });
    },
  );

  test("higher, shorter and without pauses by its parameters", async () => {
    const workload = await workloadOf(learned.model, [
      "scale=2",
      "pointSeconds=6",
      "thinkTimeScale=0",
      "arrivals=even",
    ]);
    const total = learned.model.arrivals.window.counts.reduce((sum, count) => sum + count, 0);
    expect(arrivalsBetween(workload.arrival, 0, 60)).toBeCloseTo((total * 2) / 10, -1);
    expect(workload.journeys[0]?.steps[0]?.thinkTime?.meanSeconds).toBe(0);
  });

  test("a log of a whole week can be replayed by the hour", async () => {
    await writeSyntheticLog(join(folder, "week.log"), {
      seed: 3,
      fromMs: Date.UTC(2024, 2, 4),
      sessionsPerMinute: 0.7,
      minutes: 7 * 1440,
      noise: false,
    });
    const { model } = await learn([join(folder, "week.log")]);
    const day = await workloadOf(model, ["curve=day", "arrivals=even"]);
    expect(day.arrival.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0)).toBe(86_400);
    const week = await workloadOf(model, ["curve=week", "arrivals=even", "pointSeconds=60"]);
    expect(week.arrival.stages.reduce((sum, stage) => sum + stage.durationSeconds, 0)).toBe(168 * 60);
  });
});

describe("generated load is compared with the log", () => {
  const check = async (generated: string, extra: object = {}) => {
    const model = join(folder, "learned.json");
    await writeFile(model, JSON.stringify(learned.model));
    return checkTraffic({
      logs: [join(folder, "shop.log")],
      generated,
      settings: DEFAULT_TRAFFIC_SETTINGS,
      generatedReading: { format: undefined, reading: {} },
      model: readTrafficModel(model),
      parts: CHECK_PARTS,
      minScore: 0.8,
      scale: undefined,
      pointSeconds: undefined,
      ...extra,
    });
  };

  test("another hour of the same shop is similar in every part; a shop that is used in another way is not", async () => {
    const peak = (learned.model.arrivals.window.counts[0] ?? 0) / 1.8;
    await writeSyntheticLog(join(folder, "again.log"), {
      seed: 99,
      fromMs: Date.UTC(2024, 2, 5, 20),
      sessionsPerMinute: peak,
      minutes: 10,
      noise: false,
    });
    const same = await check(join(folder, "again.log"));
    expect(same.parts.map(({ part }) => part)).toEqual([...CHECK_PARTS]);
    for (const { score } of same.parts) expect(score).toBeGreaterThan(0.85);
    expect(same).toMatchObject({ verdict: "similar", exitCode: 0 });

    const lines: string[] = [];
    for (let second = 0; second < 600; second++) {
      const time = `05/Mar/2024:20:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")} +0000`;
      for (const path of ["/", "/blog/how-to-choose-a-lamp-part-1"]) {
        lines.push(`10.1.${second >> 8}.${second & 255} - - [${time}] "GET ${path} HTTP/1.1" 200 1 "-" "x"`);
      }
    }
    await writeFile(join(folder, "other.log"), `${lines.join("\n")}\n`);
    const other = await check(join(folder, "other.log"));
    expect(other).toMatchObject({ verdict: "different", exitCode: 1 });
    expect(other.score).toBeLessThan(0.5);
  });

  test("what is not known is no agreement: visits that cannot be told apart", async () => {
    const line = '127.0.0.1 - - [05/Mar/2024:20:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "k6/1.8.1"\n';
    await writeFile(join(folder, "one.log"), line.repeat(500));
    const result = await check(join(folder, "one.log"));
    expect(result).toMatchObject({ verdict: "missing", exitCode: 3 });
    expect(result.parts.filter(({ score }) => score === null).map(({ part }) => part)).toEqual([
      "arrivals",
      "transitions",
      "dispersion",
    ]);
    expect(await check(join(folder, "one.log"), { parts: ["mix"] })).toMatchObject({ verdict: "different" });
  });
});

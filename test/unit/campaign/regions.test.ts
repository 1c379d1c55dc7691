import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { judgeStoredRun } from "../../../campaign/judge";
import type { GeneratorHealth } from "../../../campaign/manifest";
import { RunStore } from "../../../storage";
import { storeRun } from "../gate/fixtures";
import { samplesSql } from "../storage/sample-rows";
import { tempFolder } from "../storage/temp-folder";

const results = tempFolder();

const health = (generator: string, region?: string): GeneratorHealth => ({
  generator,
  started: true,
  exitCode: 0,
  startSkewMs: 0,
  plannedIterations: 100,
  startedIterations: 100,
  droppedIterations: 0,
  cpuMean: 0.1,
  cpuMax: 0.2,
  memoryMaxMiB: 50,
  machineIdleMin: 0.8,
  ...(region === undefined ? {} : { region }),
});

/** A run of 800 requests of about 5 ms by generator-1, and of 40 by each other generator, each of 200 ms and in the measured window. */
async function runWith(name: string, generators: readonly GeneratorHealth[]) {
  const folder = join(results, name);
  mkdirSync(folder, { recursive: true });
  await storeRun(folder, "baseline", 1, 0, { manifest: { generators } });
  const run = join(folder, "pair-01-baseline");
  const { manifest } = await judgeStoredRun(run);
  const store = await RunStore.open(run);
  for (const { generator } of generators.slice(1)) {
    const requests = Array.from({ length: 40 }, (_, index) => ({
      journey: "browse",
      step: "page",
      startedAtUs: manifest.window.measuredFromUs + index * 1000,
      durationUs: 200_000,
      ok: index > 0,
    }));
    await store.importSamples(generator, samplesSql(generator, requests));
  }
  await store.close();
  return judgeStoredRun(run);
}

test("a run from two regions has the figures of each, from its own requests alone", async () => {
  const report = await runWith("two", [
    health("generator-1", "eu-west-1"),
    health("generator-2", "us-east-2"),
    health("generator-3", "us-east-2"),
  ]);
  expect(report.overall.requests).toBe(880);
  const [home, further] = report.regions ?? [];
  expect(home).toMatchObject({ region: "eu-west-1", generators: ["generator-1"], requests: 800 });
  expect(further).toMatchObject({
    region: "us-east-2",
    generators: ["generator-2", "generator-3"],
    requests: 80,
    errors: 2,
    minMs: 200,
    maxMs: 200,
  });
  const p50 = (of: typeof home) => of?.quantiles.find(({ probability }) => probability === 0.5)?.valueMs;
  expect(p50(further)).toBe(200);
  expect(p50(home)).toBeLessThan(10);
});

test.each<[string, readonly (string | undefined)[]]>([
  ["one region", ["eu-west-1", "eu-west-1"]],
  ["a target without regions", [undefined, undefined]],
])("a run from %s has no figures by region", async (name, regions) => {
  const generators = regions.map((region, index) => health(`generator-${index + 1}`, region));
  expect(await runWith(name.replaceAll(" ", "-"), generators)).not.toHaveProperty("regions");
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunStore } from "../../../storage";
import { compareTraffic } from "../../../traffic/checking/compare";
import { readRunFacts, replayOf, runSide } from "../../../traffic/checking/run-side";
import type { TrafficSide } from "../../../traffic/checking/side";
import { samplesSql } from "../storage/sample-rows";
import { tempFolder } from "../storage/temp-folder";

const folder = tempFolder();
const FROM_US = 1_700_000_000_000_000;
const SECONDS = 60;

/** Two visits begin in every second of the first half, four in the second; each asks for `home`, every other one for `product`. */
beforeAll(async () => {
  writeFileSync(
    join(folder, "run.json"),
    JSON.stringify({
      scenario: { parameters: { curve: "minutes", scale: 2, pointSeconds: 30 } },
      window: { measuredFromUs: FROM_US, measuredToUs: FROM_US + SECONDS * 1e6 },
    }),
  );
  const store = await RunStore.open(folder);
  try {
    const requests = Array.from({ length: 180 }, (_, index) => ({
      journey: "visitor",
      step: index % 3 === 2 ? "product" : "home",
      startedAtUs: FROM_US + index * 300_000,
      durationUs: 1000,
      ok: true,
    }));
    await store.importSamples("generator-1", samplesSql("generator-1", requests));
    const seconds = Array.from(
      { length: SECONDS },
      (_, second) =>
        `SELECT 'generator-1' AS generator, 'visitor' AS journey, ${FROM_US + second * 1_000_000}::BIGINT AS "atUs", ${second < 30 ? 2 : 4}::BIGINT AS started, 0::BIGINT AS dropped, 0::BIGINT AS completed`,
    );
    await store.importIterations("generator-1", seconds.join(" UNION ALL "));
  } finally {
    await store.close();
  }
});

const log: TrafficSide = {
  ratesPerSecond: { value: [1, 2] },
  mix: {
    value: new Map([
      ["home", 200],
      ["product", 100],
    ]),
  },
  transitions: { value: new Map([["home", new Map([["product", 1]])]]) },
  dispersion: { value: 1 },
};

describe("a stored run as generated load", () => {
  test("its arrivals, mix and dispersion are those of its samples; its ways are not known, and say how they can be", async () => {
    const facts = readRunFacts(folder);
    expect(replayOf(facts)).toEqual({ curve: "minutes", scale: 2, pointSeconds: 30 });
    const side = await runSide(folder, facts, 2);
    expect(side.ratesPerSecond).toEqual({ value: [2, 4] });
    expect(side.mix).toEqual({
      value: new Map([
        ["home", 120],
        ["product", 60],
      ]),
    });
    expect(side.dispersion).toHaveProperty("value", expect.any(Number));
    expect(side.transitions).toEqual({ missing: expect.stringContaining("x-perfbed-visit") });

    const all = compareTraffic(log, side, {
      scale: 2,
      minScore: 0.6,
      parts: ["arrivals", "mix", "transitions", "dispersion"],
    });
    expect(all).toMatchObject({ verdict: "missing", exitCode: 3 });
    const known = compareTraffic(log, side, { scale: 2, minScore: 0.6, parts: ["arrivals", "mix"] });
    expect(known).toMatchObject({ verdict: "similar", exitCode: 0 });
    expect(known.score).toBeCloseTo(1, 12);
    // Without the factor that was meant, a rate that is twice as high is a difference.
    expect(compareTraffic(log, side, { scale: 1, minScore: 0.6, parts: ["arrivals"] }).score).toBeCloseTo(
      2 / 3,
      12,
    );
  });

  test("a folder that is no run's is a usage error", () => {
    expect(() => readRunFacts(join(folder, "samples"))).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

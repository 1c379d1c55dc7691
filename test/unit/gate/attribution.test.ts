import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgeStoredComparison } from "../../../campaign/comparison/judge";
import { replicateName } from "../../../campaign/comparison/run-names";
import { readManifest } from "../../../campaign/judge";
import { renderComparisonHtml } from "../../../report/comparison";
import { RunStore } from "../../../storage";
import { tempFolder } from "../storage/temp-folder";
import { exported, otlpSpan, text, tracedSampleSql } from "../storage/trace-rows";
import { storeComparison, storedComparison } from "./fixtures";

jest.setTimeout(60_000);
const results = tempFolder();
const DATABASE = { kind: 3, attributes: [text("db.system.name", "postgresql")] };

/** Adds twelve traced requests to a stored run, whose query takes so long. */
async function addTraces(runFolder: string, queryUs: number): Promise<void> {
  const { window } = await readManifest(runFolder);
  const file = join(runFolder, "traces.jsonl");
  const spans: object[] = [];
  const samples: string[] = [];
  for (let index = 0; index < 12; index++) {
    const at = window.measuredFromUs + index * 100_000;
    const traceId = `trace${index}`;
    const whole = 2_000 + queryUs + 10 * index;
    spans.push(otlpSpan(traceId, "root", "generator", at, whole));
    spans.push(otlpSpan(traceId, "query", "root", at + 500, queryUs, DATABASE));
    samples.push(tracedSampleSql(traceId, "page", at, whole + 300));
  }
  writeFileSync(file, `${exported(spans)}\n`);
  const store = await RunStore.open(runFolder);
  try {
    await store.importSpans(file, { fromUs: window.runStartedAtUs, toUs: window.measuredToUs });
    await store.importSamples("generator-2", samples.join(" UNION ALL "));
  } finally {
    await store.close();
  }
}

test("a comparison shows both sides by tier and names the database, from what is stored of its runs", async () => {
  const folder = join(results, "traced");
  await storeComparison(folder, storedComparison(3));
  for (const round of [1, 2, 3]) {
    await addTraces(join(folder, replicateName(round, "baseline", 2)), 4_000 + 40 * round);
    await addTraces(join(folder, replicateName(round, "candidate", 2)), 9_000 + 60 * round);
  }
  const report = await judgeStoredComparison(folder);
  expect(report.attribution).toHaveLength(1);
  const browse = report.attribution?.[0];
  expect(browse).toMatchObject({
    journey: "browse",
    steps: ["page"],
    baselineTraces: 36,
    candidateTraces: 36,
    slower: "database",
  });
  const tier = (name: string) => browse?.tiers.find((one) => one.tier === name);
  expect(tier("database")?.baselineMs).toBeCloseTo(4.08, 9);
  expect(tier("database")?.candidateMs).toBeCloseTo(9.12, 9);
  expect(tier("edge")?.changeMs).toBeCloseTo(0, 9);
  expect(browse?.changeMs).toBeCloseTo(5.04, 9);
  const page = renderComparisonHtml(report);
  expect(page).toContain('<a href="#attribution">');
  expect(page).toContain("The database takes +5.04");
});

test("without spans the page says nothing of tiers", async () => {
  const folder = join(results, "plain");
  await storeComparison(folder, storedComparison(3));
  const report = await judgeStoredComparison(folder);
  expect(report.attribution).toBeUndefined();
  expect(renderComparisonHtml(report)).not.toContain("attribution");
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderTestPlan } from "../../../../scenarios/adapters/jmeter/script";
import { resolveWorkload } from "../../../../scenarios/resolve";
import { expectMixedRun, mixedWorkload, startToolFleet, type ToolFleet } from "../../../support/tool-fleet";
import { expectVariedRun, runVaried } from "../../../support/varied-run";

jest.setTimeout(300_000);

let fleet: ToolFleet;
beforeAll(async () => {
  fleet = await startToolFleet("jmeter");
});
afterAll(() => fleet.close());
beforeEach(() => {
  fleet.seen.length = 0;
});

test("two JMeter processes start together, share the arrivals exactly, and every request becomes one row", async () => {
  const result = await fleet.run(mixedWorkload, "mixed");
  await expectMixedRun(fleet, result);
  const [timed] = await fleet.query(
    result,
    (samples) =>
      `SELECT count(*) FILTER (WHERE firstByteUs BETWEEN 0 AND durationUs)::INT AS first, count(*) FILTER (WHERE bytes > 0)::INT AS bytes,
       count(*)::INT AS n FROM ${samples}`,
  );
  expect(timed).toMatchObject({ first: timed?.n, bytes: timed?.n });
});

test("virtual users of two JMeter processes make their visits exactly: each its way through the chain, with what was drawn and found", async () => {
  await expectVariedRun(fleet, await runVaried(fleet), false);
});

test("a user's own test plan with threads that go round runs as it is, and is stopped after the length asked for", async () => {
  const file = join(fleet.home, "own.jmx");
  const plan = renderTestPlan(mixedWorkload, { index: 0, count: 1 });
  // JMeter's usual thread group: two threads, for ever.
  const own = plan
    .replace(
      /<OpenModelThreadGroup [^>]*testname="buy">[\s\S]*?<\/OpenModelThreadGroup>\s*<hashTree>[\s\S]*?\n {6}<\/hashTree>\n/,
      "",
    )
    .replace(
      /<OpenModelThreadGroup [^>]*testname="read">[\s\S]*?<\/OpenModelThreadGroup>/,
      `<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="Shoppers">
         <stringProp name="ThreadGroup.num_threads">2</stringProp>
         <stringProp name="ThreadGroup.ramp_time">0</stringProp>
         <stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
         <elementProp name="ThreadGroup.main_controller" elementType="LoopController">
           <intProp name="LoopController.loops">-1</intProp>
         </elementProp>
       </ThreadGroup>`,
    )
    .replace(/<CSVDataSet[\s\S]*?<\/CSVDataSet>\s*<hashTree\/>/, "")
    .replace("${pause_ms_list}", "100");
  await writeFile(file, own);
  const workload = await resolveWorkload({
    scenario: file,
    baseDir: fleet.home,
    parameters: {},
    set: ["warmupSeconds=1", "durationSeconds=6"],
    storefront: false,
  });
  const result = await fleet.run(workload, "own");
  // Each generator would run all of it.
  expect(result.generators).toHaveLength(1);
  expect(result.aborted).toBeNull();
  const steps = await fleet.query(
    result,
    (samples) =>
      `SELECT journey, step, count(*) FILTER (WHERE ok)::INT AS n FROM ${samples} GROUP BY ALL ORDER BY step`,
  );
  const got = (path: string): number => fleet.seen.filter((request) => request.path === path).length;
  expect(steps.map(({ journey, step }) => [journey, step])).toEqual([
    ["Shoppers", "item"],
    ["Shoppers", "list"],
  ]);
  for (const { step, n } of steps)
    expect(Math.abs(Number(n) - got(`/${String(step)}`))).toBeLessThanOrEqual(2);
  expect(result.arrivals.started).toBeGreaterThan(5);
  expect(await fleet.running()).toBe(0);
});

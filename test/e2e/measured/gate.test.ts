import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, createWorld, leftovers, startCli, type World } from "../../support/cli";

jest.setTimeout(240_000);

/** Short replicates gated on the median, which needs twenty requests: the machinery is the same, the statistics are tested elsewhere. */
// New app instances use the machine up in their first seconds: rounds measured in those are left out, and spare ones run.
const SHORT = ["--pairs", "3", "--quantile", "0.5", "--set", "warmupSeconds=6", "--set", "holdSeconds=2"];

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.remove();
});

const resultFolder = (): string => {
  const [only] = readdirSync(join(world.work, "perfbed-results"));
  if (only === undefined) throw new Error("no results");
  return join(world.work, "perfbed-results", only);
};

describe("a gate on the local target with real parts", () => {
  test("a planted regression never passes, the verdict can be had again to the byte, and both environments go", async () => {
    const result = await cli(world, [
      "gate",
      "--baseline",
      "baseline",
      "--candidate",
      "n-plus-one",
      "--name",
      "e2e-gate",
      "--history",
      join(world.work, "gates"),
      "--sarif",
      join(world.work, "ci", "perfbed.sarif"),
      ...SHORT,
    ]);
    // A machine busy with something else makes it invalid or inconclusive; nothing makes it a pass.
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: expect.any(Number) });
    expect([1, 3, 4]).toContain(result.code);
    expect(result.stdout).toContain("Nothing is left");
    const folder = resultFolder();
    for (const file of ["report.html", "report.md", "junit.xml", "report.json", "comparison.json"]) {
      expect(existsSync(join(folder, file))).toBe(true);
    }
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report.teardown).toMatchObject([
      { environmentId: "e2e-gate-1", proved: true },
      { environmentId: "e2e-gate-2", proved: true },
    ]);
    // A busy machine costs rounds, and spare ones take their place.
    const { rounds } = report.comparison.ended;
    expect([3, 4, 5]).toContain(rounds);
    expect(report.replicates).toHaveLength(2 * rounds);
    const firsts = report.replicates.filter(({ place }: { place: number }) => place === 1);
    expect(new Set(firsts.map(({ side }: { side: string }) => side)).size).toBe(2);
    const seeds = ["baseline", "candidate"].map(
      (side) => JSON.parse(readFileSync(join(folder, `pair-02-${side}/run.json`), "utf8")).scenario.seed,
    );
    expect(seeds[0]).toBe(seeds[1]);

    const instancesOf = (run: string): readonly string[] =>
      JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8"))
        .inventory.map(({ name }: { name: string }) => name)
        .filter((name: string) => /^app-\d+$/.test(name));
    const [first, second] = [instancesOf("pair-01-baseline"), instancesOf("pair-02-baseline")];
    expect([first.length, second.length]).toEqual([2, 2]);
    expect(first.filter((name) => second.includes(name))).toEqual([]);

    const sarif = JSON.parse(readFileSync(join(world.work, "ci", "perfbed.sarif"), "utf8"));
    expect(sarif.runs[0].results.length).toBeGreaterThan(0);
    const history = await cli(world, ["history", "--history", join(world.work, "gates"), "--json"]);
    const { runs } = JSON.parse(history.stdout);
    const bySide = (wanted: string) => runs.filter(({ side }: { side: string }) => side === wanted).length;
    expect([bySide("baseline"), bySide("candidate")]).toEqual([rounds, rounds]);

    const verdict = readFileSync(join(folder, "verdict.json"));
    const judged = await cli(world, ["judge", folder, "--json"]);
    expect(judged.code).toBe(result.code);
    expect(readFileSync(join(folder, "verdict.json")).equals(verdict)).toBe(true);
    expect(judged.stdout).toBe(verdict.toString());
    expect(leftovers(world, ["e2e-gate-1", "e2e-gate-2"])).toEqual([]);
  });

  test("a runner killed with both environments up leaves what a sweep removes", async () => {
    const run = startCli(world, [
      "gate",
      "--baseline",
      "baseline",
      "--candidate",
      "improved",
      "--name",
      "e2e-killed",
      ...SHORT,
    ]);
    await run.sees(/… warm-up/);
    run.child.kill("SIGKILL");
    expect(await run.ended).toBe("SIGKILL");
    const swept = await cli(world, ["sweep"]);
    expect(swept.code).toBe(0);
    expect(leftovers(world, ["e2e-killed-1", "e2e-killed-2"])).toEqual([]);
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ComparisonOptions } from "../../../campaign/comparison/plan";
import { planCompare, planGate } from "../../../campaign/comparison/plan";
import { roundWorkload } from "../../../campaign/comparison/run";
import { tempFolder } from "../storage/temp-folder";
import { storeComparison, storedComparison } from "./fixtures";

const empty = tempFolder();

const options = (cwd: string, changes: Partial<ComparisonOptions> = {}): ComparisonOptions => ({
  cwd,
  common: { cwd, set: [], reproduce: "perfbed gate" },
  preset: "quick",
  ...changes,
});

const problemsOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return JSON.stringify(Reflect.get(Object(error), "problems"));
  }
  throw new Error("it was accepted");
};

describe("the plan of a gate", () => {
  test("two environments of one base name, each side first in half of the pairs, the app tier held still", async () => {
    const plan = await planGate({ ...options(empty), baseline: "baseline", candidate: "n-plus-one" });
    const ids = plan.sides.map(({ environment }) => environment.environmentId);
    expect(ids[0]?.replace(/-1$/, "")).toBe(ids[1]?.replace(/-2$/, ""));
    expect(plan.sides.map(({ environment }) => environment.application.environment.APP_VARIANT)).toEqual([
      "baseline",
      "n-plus-one",
    ]);
    expect(plan.rounds).toBe(8);
    expect(plan.order).toHaveLength(12);
    expect(plan.order.slice(0, 8).filter(([first]) => first === "baseline")).toHaveLength(4);
    for (const { environment } of plan.sides) {
      expect(environment.sizing.app.maxInstances).toBe(environment.sizing.app.minInstances);
    }
  });

  test("a round gives all sides the same data, and other data than the next one", async () => {
    const { sides } = await planGate({ ...options(empty), baseline: "baseline", candidate: "improved" });
    const [one, two] = sides.map(({ workload }) => roundWorkload(workload, 3).seed);
    expect(one).toBe(two);
    expect(sides.map(({ workload }) => roundWorkload(workload, 4).seed)).not.toContain(one);
  });

  test("replicates too short for the gating quantile are refused before anything starts", async () => {
    const short = options(empty, { common: { cwd: empty, set: ["holdSeconds=3"], reproduce: "" } });
    const problems = await problemsOf(planGate({ ...short, baseline: "baseline", candidate: "improved" }));
    expect(problems).toContain("journey checkout");
    expect(problems).toContain("at least 200");
  });

  test("settings whose smallest p-value cannot reach alpha are refused with the pairs needed", async () => {
    const few = options(empty, { pairs: 5, method: "wilcoxon" });
    expect(await problemsOf(planGate({ ...few, baseline: "baseline", candidate: "improved" }))).toContain(
      "at least 7 with the method wilcoxon",
    );
  });

  test("an unknown version names those there are", async () => {
    const problems = await problemsOf(
      planGate({ ...options(empty), baseline: "baseline", candidate: "nplus" }),
    );
    expect(problems).toContain("missing-index");
  });

  test("sides of the config override the application's command, directory and variables", async () => {
    const cwd = join(empty, "own");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(cwd, { recursive: true });
    writeFileSync(
      join(cwd, "perfbed.config.yaml"),
      `application: { name: shop, command: [node, app.js], environment: { MODE: a, KEEP: k } }
parameters: { paths: [/], peakRate: 40 }
sides:
  main: { directory: main }
  pr: { directory: pr, command: [node, new.js], environment: { MODE: b }, version: pr-12 }
`,
    );
    mkdirSync(join(cwd, "main"));
    mkdirSync(join(cwd, "pr"));
    const { sides } = await planGate({ ...options(cwd), baseline: "main", candidate: "pr" });
    expect(sides.map(({ label }) => label)).toEqual(["shop main", "shop pr-12"]);
    expect(sides[0]?.environment.application).toMatchObject({
      workingDirectory: join(cwd, "main"),
      command: ["node", "app.js"],
      environment: { MODE: "a", KEEP: "k" },
    });
    expect(sides[1]?.environment.application).toMatchObject({
      workingDirectory: join(cwd, "pr"),
      command: ["node", "new.js"],
      environment: { MODE: "b", KEEP: "k" },
    });
    expect(await problemsOf(planGate({ ...options(cwd), baseline: "main", candidate: "dev" }))).toContain(
      "main, pr",
    );
  });
});

describe("the plan of a gate against stored runs", () => {
  test("runs of another application, scenario or sizing are refused, all differences at once", async () => {
    const folder = join(empty, "stored");
    await storeComparison(folder, storedComparison(3));
    const stored = { ...options(empty), baseline: folder, candidate: "improved" };
    const problems = await problemsOf(planGate(stored));
    expect(problems).toContain("shop, as in the stored baseline");
    expect(problems).toContain("Use the same preset and the same --set.");
    expect(await problemsOf(planGate({ ...stored, baselineSide: "pr" }))).toContain("baseline, candidate");
  });
});

describe("the plan of a comparison of sizings", () => {
  const compare = { ...options(empty), sizings: [], versions: [], varied: [] };

  test("each sizing is a side with its own scaling left alone", async () => {
    const { sides } = await planCompare({ ...compare, sizings: ["small", "medium"] });
    expect(sides.map(({ name, environment }) => [name, environment.sizing.app.maxInstances])).toEqual([
      ["small", 3],
      ["medium", 6],
    ]);
  });

  test("values of a scenario parameter make sides too", async () => {
    const { sides } = await planCompare({ ...compare, varied: ["peakRate=40", "peakRate=50"] });
    expect(sides.map(({ name, workload }) => [name, workload.parameters.peakRate])).toEqual([
      ["peakRate-40", 40],
      ["peakRate-50", 50],
    ]);
  });

  test.each([
    ["one side", { sizings: ["small"] }],
    ["the same side twice", { sizings: ["small", "small"] }],
    ["two kinds of difference", { sizings: ["small", "medium"], versions: ["baseline", "improved"] }],
  ])("%s is refused", async (_, changes) => {
    expect(await problemsOf(planCompare({ ...compare, ...changes }))).toContain("at least twice");
  });
});

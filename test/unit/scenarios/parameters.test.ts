import { z } from "zod";
import { ConfigError } from "../../../core/errors";
import { catalogue, findScenario } from "../../../scenarios/catalogue";
import { defineScenario } from "../../../scenarios/define";
import { describeParameters, resolveParameters } from "../../../scenarios/parameters";

const scenario = defineScenario({
  name: "sample",
  description: "For tests.",
  parameters: z.object({
    peakRate: z.number().positive().max(100).default(10).describe("Rate."),
    steps: z.int().min(1).max(5).default(2).describe("Steps."),
    fast: z.boolean().default(false).describe("Fast."),
    mode: z.enum(["a", "b"]).default("a").describe("Mode."),
    paths: z.array(z.string()).default([]).describe("Paths."),
    extra: z.record(z.string(), z.string()).default({}).describe("Extra."),
    label: z.string().default("x").describe("Label."),
  }),
  workload: () => ({ arrival: { startRatePerSecond: 1, stages: [] }, journeys: [] }),
});

function problemsOf(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("no error");
}

test("--set texts become values of their parameter's type, and defaults fill the rest", () => {
  expect(
    resolveParameters(scenario, {
      set: ["peakRate=2.5", "steps=3", "fast=yes", "mode=b", "paths=/a,/b", 'extra={"K":"v=1"}', "label=a=b"],
    }),
  ).toEqual({
    peakRate: 2.5,
    steps: 3,
    fast: true,
    mode: "b",
    paths: ["/a", "/b"],
    extra: { K: "v=1" },
    label: "a=b",
    seed: 1,
  });
});

test("--set goes before the values of a config file", () => {
  const values = { peakRate: 5, seed: 9 };
  expect(resolveParameters(scenario, { set: ["peakRate=6"], values })).toMatchObject({
    peakRate: 6,
    seed: 9,
  });
});

test("every unknown and every invalid parameter is reported at once, with value, what is allowed and a hint", () => {
  const error = problemsOf(() =>
    resolveParameters(scenario, {
      set: ["peakRat=3", "steps=9", "fast=perhaps", "peakRate=", "novalue", "mode=c"],
      values: { labl: "x" },
    }),
  );
  const byField = new Map(error.problems.map((problem) => [problem.field, problem]));
  expect([...byField.keys()].sort()).toEqual([
    "--set",
    "--set fast",
    "--set mode",
    "--set peakRat",
    "--set peakRate",
    "--set steps",
    "parameters.labl",
  ]);
  expect(byField.get("--set peakRat")).toMatchObject({ hint: "Did you mean peakRate?" });
  expect(byField.get("--set peakRat")?.allowed).toContain("steps (integer 1..5)");
  expect(byField.get("--set steps")).toMatchObject({ value: 9, allowed: "integer 1..5" });
  expect(byField.get("--set fast")).toMatchObject({ value: "perhaps", allowed: "boolean" });
  expect(byField.get("--set mode")).toMatchObject({ value: "c", allowed: "one of a, b" });
  expect(byField.get("parameters.labl")).toMatchObject({ hint: "Did you mean label?" });
});

test("every scenario of the catalogue describes every parameter and has a default for it", () => {
  expect(catalogue.map(({ name }) => name)).toEqual([
    "smoke",
    "load",
    "stress",
    "spike",
    "soak",
    "breakpoint",
  ]);
  for (const known of catalogue) {
    for (const parameter of describeParameters(known)) {
      expect(parameter.description).toMatch(/[.}]$/);
      expect(parameter.default).toBeDefined();
    }
  }
});

test("a misspelt scenario is answered with the names there are", () => {
  const error = problemsOf(() => findScenario("spke"));
  expect(error.problems[0]).toMatchObject({ field: "scenario", value: "spke", hint: "Did you mean spike?" });
  expect(error.problems[0]?.allowed).toContain("breakpoint");
});

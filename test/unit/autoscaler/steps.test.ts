import * as fc from "fast-check";
import { stepFor, stepProblems } from "../../../components/local/autoscaler";
import { STEPS } from "./policies";

describe("the step that applies", () => {
  it.each([
    [0, 0],
    [9.99, 0],
    [10, 1],
    [19.99, 1],
    [20, 3],
    [1e9, 3],
    [-0.01, 0],
    [-9.99, 0],
    [-10, -1],
    [-19.99, -1],
    [-20, -3],
    [-1e9, -3],
  ])(
    "at %d from the threshold adjusts by %d, with AWS's inclusive and exclusive bounds",
    (difference, adjustment) => {
      expect(stepFor(difference, STEPS)?.adjustment).toBe(adjustment);
    },
  );

  it("is none where the steps leave a gap around the threshold", () => {
    const steps = [
      { upperBound: -10, adjustment: -1 },
      { lowerBound: 10, adjustment: 1 },
    ];
    expect(stepFor(5, steps)).toBeUndefined();
    expect(stepFor(-5, steps)).toBeUndefined();
  });

  it("is exactly one for every difference when the steps cover everything", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (difference) => {
        const hits = STEPS.filter((step) => stepFor(difference, [step]) !== undefined);
        expect(hits).toHaveLength(1);
      }),
      { seed: 7 },
    );
  });
});

describe("steps that AWS would refuse", () => {
  it("accepts the documented example", () => {
    expect(stepProblems(STEPS)).toEqual([]);
  });

  it.each([
    ["no steps", []],
    [
      "an overlap",
      [
        { lowerBound: 0, upperBound: 10, adjustment: 1 },
        { lowerBound: 5, adjustment: 2 },
      ],
    ],
    [
      "a gap above the threshold",
      [
        { lowerBound: 0, upperBound: 10, adjustment: 1 },
        { lowerBound: 12, adjustment: 2 },
      ],
    ],
    [
      "two open ends",
      [
        { lowerBound: 0, adjustment: 1 },
        { lowerBound: 10, adjustment: 2 },
      ],
    ],
    ["no bound at all", [{ adjustment: 1 }]],
    ["bounds the wrong way round", [{ lowerBound: 10, upperBound: 5, adjustment: 1 }]],
    ["half an instance", [{ lowerBound: 0, adjustment: 0.5 }]],
    ["adding below the threshold", [{ upperBound: 0, adjustment: 1 }]],
    ["removing above the threshold", [{ lowerBound: 0, adjustment: -1 }]],
  ])("reports %s", (_what, steps) => {
    expect(stepProblems(steps)).not.toEqual([]);
  });

  it("reports every problem at once, each with its place", () => {
    const problems = stepProblems([
      { lowerBound: 0, upperBound: 10, adjustment: 0.5 },
      { lowerBound: 5, adjustment: -1 },
    ]);
    expect(problems.map(({ field }) => field)).toEqual([
      "scaling.steps[0].adjustment",
      "scaling.steps[1]",
      "scaling.steps[1]",
    ]);
  });
});

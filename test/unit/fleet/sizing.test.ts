import { sizeFleet } from "../../../campaign/fleet/sizing";
import { getStep, workloadOf } from "../../support/fleet-world";

const cost = { plainMicroseconds: 500, checkedMicroseconds: 1500 };
const arrival = {
  startRatePerSecond: 100,
  stages: [{ durationSeconds: 10, ratePerSecond: 600, label: "ramp" }],
};

test("1,200 requests a second that cost a millisecond each need two generators under 80 % of a core", () => {
  // Half of the requests are looked into: 1,000 µs on average, 1.2 cores.
  const extract = [{ kind: "json" as const, name: "id", path: "id" }];
  const workload = workloadOf(
    [{ name: "j", weight: 1, steps: [getStep("a", "/a"), { ...getStep("b", "/b"), extract }] }],
    { arrival },
  );
  expect(sizeFleet(workload, cost, 2)).toMatchObject({
    peakRequestsPerSecond: 1200,
    requestMicroseconds: 1000,
    busyCores: 1.2,
    generators: 2,
    fits: true,
  });
  expect(sizeFleet(workload, cost, 2, 1700)).toMatchObject({ generators: 3, fits: false });
  expect(sizeFleet(workload, cost, 2, 10)).toMatchObject({ generators: 1, fits: true });
});

test("a script of one's own has unknown requests, and no size", () => {
  const script = { tool: "k6" as const, file: "/own.js", environment: {}, ownArrivals: true };
  expect(sizeFleet(workloadOf([], { script }), cost, 2)).toBeNull();
});

import { findValidity, type ValidityInput } from "../../../analysis/validity";

const generator = {
  generator: "generator-1",
  started: true,
  exitCode: 0,
  startSkewMs: 12,
  droppedIterations: 0,
  cpuMean: 0.3,
};
const good: ValidityInput = {
  requests: 10_000,
  errors: 20,
  arrivals: { planned: 2000, started: 2000, dropped: 0 },
  generators: [generator],
  aborted: null,
  clockOffsetMs: 0,
  machineIdle: [0.4, 0.5, 0.02, 0.4, 0.5, 0.6, 0.5, 0.4, 0.5, 0.5, 0.5],
  machineSteal: [0, 0.03, 0, 0.07, 0.1, 0, 0, 0, 0, 0, 0],
  lostInstances: [],
  replicas: { expected: 1, minConnected: 1 },
  telemetryGaps: [{ source: "cache", failedShare: 0.01 }],
};
const codes = (change: Partial<ValidityInput>): string[] =>
  findValidity({ ...good, ...change }).map(({ code, severity }) => `${severity} ${code}`);

test("a good run has no finding", () => {
  expect(findValidity(good)).toEqual([]);
});

test.each<[string, Partial<ValidityInput>, string[]]>([
  ["no request", { requests: 0, errors: 0 }, ["invalid no-samples"]],
  ["half of the requests failed", { errors: 5000 }, []],
  ["more than half of the requests failed", { errors: 5001 }, ["invalid error-flood"]],
  ["99.6 % of the arrivals", { arrivals: { planned: 2000, started: 1992, dropped: 0 } }, []],
  [
    "a short run without its first and its last arrival",
    { arrivals: { planned: 60, started: 58, dropped: 0 } },
    [],
  ],
  [
    "a short run without three arrivals of one generator",
    { arrivals: { planned: 60, started: 57, dropped: 0 } },
    ["invalid missed-arrivals"],
  ],
  [
    "a short run with two arrivals dropped",
    { arrivals: { planned: 60, started: 58, dropped: 2 } },
    ["invalid missed-arrivals", "warning dropped-iterations"],
  ],
  [
    "99 % of the arrivals",
    { arrivals: { planned: 2000, started: 1980, dropped: 0 } },
    ["warning missed-arrivals"],
  ],
  [
    "97.9 % of the arrivals, the rest dropped",
    { arrivals: { planned: 2000, started: 1958, dropped: 42 } },
    ["invalid missed-arrivals", "warning dropped-iterations"],
  ],
  [
    "a generator that never started",
    { generators: [{ ...generator, started: false }] },
    ["invalid generator-lost"],
  ],
  ["a generator that crashed", { generators: [{ ...generator, exitCode: 137 }] }, ["invalid generator-lost"]],
  [
    "a generator that never ended",
    { generators: [{ ...generator, exitCode: null }] },
    ["invalid generator-lost"],
  ],
  ["crossed thresholds of the user's own script", { generators: [{ ...generator, exitCode: 99 }] }, []],
  ["a late generator", { generators: [{ ...generator, startSkewMs: -800 }] }, ["warning generator-late"]],
  [
    "a very late generator",
    { generators: [{ ...generator, startSkewMs: 6000 }] },
    ["invalid generator-late"],
  ],
  ["a busy generator", { generators: [{ ...generator, cpuMean: 0.7 }] }, ["warning generator-cpu"]],
  ["an exhausted generator", { generators: [{ ...generator, cpuMean: 0.85 }] }, ["invalid generator-cpu"]],
  [
    "a machine saturated a fifth of the time",
    { machineIdle: [0.01, 0.5, 0.5, 0.5, 0.5] },
    ["warning machine-saturated"],
  ],
  [
    "a machine saturated most of the time",
    { machineIdle: [0.01, 0.0, 0.02, 0.5, 0.5] },
    ["invalid machine-saturated"],
  ],
  [
    "a generator whose host took 4 % of its CPU",
    { generators: [{ ...generator, stealMean: 0.04 }] },
    ["warning cpu-steal"],
  ],
  ["a host that took 4 % of the CPU", { machineSteal: [0, 0.08] }, ["warning cpu-steal"]],
  ["a host that took 11 % of the CPU", { machineSteal: [0.1, 0.12] }, ["invalid cpu-steal"]],
  ["clocks 20 ms apart", { clockOffsetMs: -20 }, ["warning clock-offset"]],
  ["clocks a second apart", { clockOffsetMs: 1000 }, ["invalid clock-offset"]],
  ["a crashed instance", { lostInstances: ["app-2"] }, ["invalid instance-lost"]],
  [
    "a replica that disconnected",
    { replicas: { expected: 2, minConnected: 1 } },
    ["invalid replica-disconnected"],
  ],
  [
    "a source that often failed",
    { telemetryGaps: [{ source: "edge", failedShare: 0.4 }] },
    ["warning telemetry-gap"],
  ],
  ["an aborted run", { aborted: "errors above 50 %" }, ["invalid run-aborted"]],
])("%s", (_, change, expected) => {
  expect(codes(change)).toEqual(expected);
});

test("a run that was stopped because a generator was lost says so", () => {
  expect(codes({ aborted: "generator-2 was ended by SIGKILL", abortKind: "generator-lost" })).toEqual([
    "invalid generator-lost",
  ]);
});

test("an aborted run blames the abort, not the generators that were stopped by it", () => {
  expect(codes({ aborted: "errors", generators: [{ ...generator, exitCode: 105 }] })).toEqual([
    "invalid run-aborted",
  ]);
});

test("what was not measured raises no finding", () => {
  const { machineIdle, machineSteal, lostInstances, replicas, telemetryGaps, ...bare } = good;
  const unknown = {
    ...bare,
    clockOffsetMs: null,
    generators: [{ ...generator, cpuMean: null, startSkewMs: null }],
  };
  expect(findValidity(unknown)).toEqual([]);
});

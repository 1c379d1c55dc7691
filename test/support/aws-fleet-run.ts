import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { samplesOnCommonClock } from "../../campaign/clock-correction";
import type { FleetProgress, FleetResult } from "../../campaign/fleet";
import { silentObserver } from "../../campaign/observer";
import type { EnvironmentPlan } from "../../campaign/plan";
import type { FleetRequest } from "../../campaign/targets";
import { runAwsFleet } from "../../campaign/targets/aws/fleet/run-fleet";
import type { FleetTimes } from "../../campaign/targets/aws/fleet/times";
import { awsFolder } from "../../campaign/targets/aws/ledger";
import type { AwsSettings } from "../../components/aws/settings";
import { awsSizings } from "../../components/aws/sizings";
import { type GeneratorSlot, Target } from "../../components/contracts";
import { storefront } from "../../sample/storefront/application";
import { k6SamplesSql } from "../../scenarios/adapters/k6";
import type { Workload } from "../../scenarios/model";
import { resolveTool, Tool } from "../../toolchain";
import { freePortsInARow } from "./free-ports";

/** What the tests of fleets on an emulated AWS share. */

const FLEET_TEST_TIMES: FleetTimes = {
  startUpMs: 180_000,
  // The command line of AWS takes its time on a busy machine.
  leadMs: 8_000,
  heartbeatSeconds: 1,
  pollMs: 300,
  statesEvery: 2,
  lostAfterMs: 20_000,
  storeMs: 120_000,
  stopMs: 60_000,
};

export interface TestK6 {
  readonly tools: FleetRequest["tools"];
  readonly folder: string;
}

export async function k6OfThisMachine(): Promise<TestK6> {
  const k6 = await resolveTool(Tool.K6);
  if (k6 === undefined) throw new Error("k6 is not installed: run perfbed doctor");
  return { tools: new Map([[Tool.K6, k6]]), folder: dirname(k6.executables.k6 ?? "") };
}

/** A plan for as much as a fleet needs of it. */
export function fleetPlan(environmentId: string): EnvironmentPlan {
  const { small } = awsSizings;
  if (small === undefined) throw new Error("no sizing small");
  return {
    target: Target.Aws,
    environmentId,
    owner: "test",
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    application: storefront(),
    sizing: small,
  };
}

/** One journey for two generators: a second of warm-up, then 20 arrivals a second. */
export const splitWorkload = (holdSeconds: number): Workload => ({
  scenario: "split",
  description: "One journey on two generators.",
  seed: 7,
  warmup: { startRatePerSecond: 20, stages: [{ durationSeconds: 1, ratePerSecond: 20, label: "warm-up" }] },
  arrival: {
    startRatePerSecond: 20,
    stages: [{ durationSeconds: holdSeconds, ratePerSecond: 20, label: "hold" }],
  },
  journeys: [
    { name: "read", weight: 1, steps: [{ name: "list", request: { method: "GET", path: "/list" } }] },
  ],
  slos: [],
  parameters: {},
});

export interface TestFleet {
  readonly environmentId: string;
  readonly settings: AwsSettings;
  readonly generators: readonly GeneratorSlot[];
  readonly tools: FleetRequest["tools"];
  /** Entry of the environment. */
  readonly url: string;
  /** Folder of the generators' own folders. */
  readonly remoteRoot: string;
}

/** Runs a load on a fleet; {@link splitWorkload} of 4 s unless told otherwise. */
export async function runTestFleet(
  fleet: TestFleet,
  runId: string,
  more: Partial<Pick<FleetRequest, "workload" | "signal" | "onProgress">> = {},
): Promise<FleetResult> {
  const { environmentId, settings, generators, tools, url, remoteRoot } = fleet;
  return runAwsFleet(
    {
      plan: fleetPlan(environmentId),
      access: {
        environmentId,
        target: Target.Aws,
        entryUrl: url,
        appUrl: url,
        telemetry: [],
        generators: [...generators],
      },
      tools,
      tool: "k6",
      workload: splitWorkload(4),
      runId,
      signal: new AbortController().signal,
      observer: silentObserver,
      ...more,
    },
    {
      settings,
      folder: awsFolder(environmentId),
      remoteRoot,
      times: FLEET_TEST_TIMES,
      // All emulated generators of this machine share its ports.
      firstApiPort: await freePortsInARow(generators.length),
    },
  );
}

/**
 * A run of {@link splitWorkload} for 8 s on two generators: both end well and start together, and every sample comes back once.
 * Whether the arrival due at the very end starts is k6's to say.
 */
export async function expectWholeRun(
  result: FleetResult,
  { served, seen }: { readonly served: number; readonly seen: readonly FleetProgress[] },
): Promise<void> {
  expect(result.aborted).toBeNull();
  expect(result.generators.map(({ health }) => health.exitCode)).toEqual([0, 0]);
  expect(result.arrivals).toMatchObject({ planned: 160, dropped: 0 });
  expect(result.arrivals.started).toBeGreaterThanOrEqual(159);
  expect(result.generators.reduce((sum, { requests }) => sum + requests, 0)).toBe(served);
  expect(served).toBeGreaterThanOrEqual(178);
  expect(seen.some(({ requestRatePerSecond }) => requestRatePerSecond > 5)).toBe(true);
  for (const generator of result.generators) {
    expect(Math.abs(generator.health.startSkewMs ?? Number.NaN)).toBeLessThan(150);
    // This machine has one clock: samples of a generator whose clock claims to be ahead were made that much later.
    const { own, common } = await firstStarts(generator);
    expect(own - common).toBeCloseTo((generator.health.clockOffsetMs ?? 0) * 1000);
    expect(generator.health.cpuMean).not.toBeNull();
    expect(generator.health.memoryMaxMiB).toBeGreaterThan(10);
  }
}

/** Processes of this machine with that folder in their arguments: k6 that emulated generators have left. */
export function processesBelow(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(folder);
    } catch {
      return false;
    }
  });
}

/** When the first sample of a generator started, by its own clock and by the common one; microseconds since the epoch. */
async function firstStarts(
  generator: FleetResult["generators"][number],
): Promise<{ readonly own: number; readonly common: number }> {
  const sql = k6SamplesSql(generator.samples, {
    campaign: "c",
    run: "r",
    side: "single",
    replicate: 1,
    generator: generator.name,
    scenario: "split",
  });
  const corrected = samplesOnCommonClock(sql, generator.clockOffsetUs ?? 0);
  const [own, common] = await Promise.all([firstStartUs(sql), firstStartUs(corrected)]);
  return { own, common };
}

async function firstStartUs(sql: string): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`SELECT min(startedAtUs)::DOUBLE FROM (${sql})`);
  connection.closeSync();
  instance.closeSync();
  return Number(reader.getRows()[0]?.[0]);
}

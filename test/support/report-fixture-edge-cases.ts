import type { JourneySummary } from "../../analysis/model";
import type { ReportData } from "../../report/model";
import { type FixtureOptions, reportFixture } from "./report-fixture";
import { MEASURED_SECONDS, seededRandom, summary } from "./report-fixture-run";
import { traceFixture } from "./report-fixture-traces";

/** Text that would run, break out, steer a terminal or mislead a reader if any renderer let it through. */
export const HOSTILE =
  '</title></style></script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">\'"`|](javascript:alert(1))\u001b[31m\u202e@everyone https://evil.example';

/** The fixture with the hostile text in every place that comes from outside. */
export function hostileFixture(options: FixtureOptions = {}): ReportData {
  const data = reportFixture(options);
  const { manifest } = data;
  return {
    ...data,
    manifest: {
      ...manifest,
      command: `perfbed campaign --set name='${HOSTILE}'`,
      campaignId: HOSTILE,
      runId: HOSTILE,
      environmentId: HOSTILE,
      target: HOSTILE,
      side: HOSTILE,
      perfbedVersion: HOSTILE,
      application: { name: HOSTILE, version: HOSTILE },
      sizing: { ...manifest.sizing, name: HOSTILE },
      scenario: {
        ...manifest.scenario,
        name: HOSTILE,
        description: HOSTILE,
        tool: HOSTILE,
        parameters: { [HOSTILE]: HOSTILE, nested: { [HOSTILE]: [HOSTILE] } },
        plannedCurve: manifest.scenario.plannedCurve.map((corner) => ({ ...corner, label: HOSTILE })),
      },
      generators: manifest.generators.map((generator) => ({ ...generator, generator: HOSTILE })),
      aborted: HOSTILE,
      versions: { [HOSTILE]: HOSTILE },
      machine: { ...manifest.machine, platform: HOSTILE, cpuModel: HOSTILE, notes: [HOSTILE, HOSTILE] },
      inventory: [{ name: HOSTILE, tier: HOSTILE, pid: 1 }],
      phases: [{ name: HOSTILE, durationMs: 5 }],
      clock: { offsetMs: 0, method: HOSTILE },
    },
    verdict: { ...data.verdict, headline: HOSTILE, reasons: [HOSTILE], actions: [HOSTILE] },
    journeys: data.journeys.map((journey) => ({
      ...journey,
      journey: HOSTILE,
      steps: journey.steps.map((step) => ({ ...step, step: HOSTILE })),
    })),
    slos: data.slos.map((slo) => ({ ...slo, journey: HOSTILE })),
    validity: [{ code: HOSTILE, severity: "warning", text: HOSTILE, measured: null, limit: null }],
    series: data.series.map((one, index) =>
      index % 2 === 0
        ? { ...one, source: HOSTILE }
        : { ...one, tier: HOSTILE, metric: HOSTILE, unit: HOSTILE },
    ),
    events: data.events.map((event) => ({ ...event, text: HOSTILE, source: HOSTILE })),
    scaleOuts: data.scaleOuts.map((lag) => ({ ...lag, instance: HOSTILE })),
    traces: traceFixture({
      journeys: [{ name: HOSTILE, steps: [HOSTILE, HOSTILE] }],
      seed: 3,
      queryName: HOSTILE,
    }),
    tiers: [{ tier: HOSTILE, source: HOSTILE, figures: [{ label: HOSTILE, text: HOSTILE }] }],
    teardown: { proved: false, at: HOSTILE, checked: [{ what: HOSTILE, found: 3, detail: HOSTILE }] },
  };
}

/** A run that never got a request through: nothing recorded anywhere, and the environment still stands. */
export function emptyFixture(): ReportData {
  const { teardown: _, ...data } = reportFixture({ kind: "invalid" });
  return {
    ...data,
    manifest: {
      ...data.manifest,
      arrivals: { planned: 0, started: 0, dropped: 0, achievedRatio: Number.NaN },
      generators: [],
      aborted: "no generator could reach the entry URL",
      inventory: [],
      phases: [],
      versions: {},
      scenario: { ...data.manifest.scenario, plannedCurve: [], parameters: {}, warmupSeconds: 0 },
    },
    verdict: { kind: "invalid", headline: "No request was recorded.", reasons: [], actions: [] },
    overall: summary(0, 0, 0, MEASURED_SECONDS),
    journeys: [],
    slos: [],
    validity: [],
    timeline: [],
    series: [],
    events: [],
    scaleOuts: [],
    traces: traceFixture({ journeys: [], seed: 1 }),
    tiers: [],
  };
}

/** Twenty journeys with very long names, 600 slices, times from 0.1 ms to 60 s, twenty instances, gaps in every series. */
export function extremeFixture(): ReportData {
  const data = reportFixture({ kind: "regression" });
  const random = seededRandom(11);
  const long = "a-journey-name-that-somebody-generated-from-a-url-with-all-of-its-parts";
  const journeys = Array.from({ length: 20 }, (_, index): JourneySummary => {
    const medianMs = 0.1 * 1.9 ** index;
    const name = index % 2 === 0 ? `${long}-${index}` : `j${index}`;
    const requests = index === 3 ? 0 : Math.round(40 * 2.1 ** (index % 13));
    return {
      journey: name,
      ...summary(requests, 0, Math.min(medianMs, 8_000), 600),
      steps: [{ step: `${long}-step`, ...summary(requests, 0, Math.min(medianMs, 8_000), 600) }],
    };
  });
  const instances = Array.from({ length: 20 }, (_, index) => `app-instance-with-a-long-name-${index + 2}`);
  return {
    ...data,
    manifest: {
      ...data.manifest,
      application: { name: long, version: "f".repeat(64) },
      scenario: { ...data.manifest.scenario, measuredSeconds: 600 },
    },
    overall: summary(1_234_567_890, 12, 60_000 / 7.6, 600),
    journeys,
    slos: journeys.map((journey) => ({
      journey: journey.journey,
      kind: "latency",
      quantile: 0.95,
      threshold: 60_000,
      measured: journey.quantiles[2]?.valueMs ?? null,
      status: journey.quantiles[2]?.valueMs == null ? "not-enough-data" : "met",
    })),
    timeline: Array.from({ length: 600 }, (_, at) => {
      const hole = at % 97 < 4;
      const median = 0.1 * 10 ** (random() * 5.7);
      return {
        atSeconds: at,
        plannedRatePerSecond: 100_000,
        requestRatePerSecond: hole ? 0 : 230_000 * random(),
        errorRatePerSecond: hole ? 0 : random() * 3,
        p50Ms: hole ? null : median,
        p95Ms: hole ? null : Math.min(60_000, median * 2),
        p99Ms: hole || at % 2 === 0 ? null : Math.min(60_000, median * 4),
      };
    }),
    events: instances.flatMap((instance, index) => [
      {
        atSeconds: 20 + index * 25,
        tier: "app",
        source: "autoscaler",
        event: "scale-out-decided",
        text: `from ${index + 1} to ${index + 2} instances because ${long} ${long} ${long}`,
      },
      { atSeconds: 21 + index * 25, tier: "app", source: instance, event: "instance-launched", text: long },
      { atSeconds: 26 + index * 25, tier: "app", source: instance, event: "instance-in-service", text: long },
    ]),
    traces: traceFixture({
      journeys: journeys.map(({ journey, steps }) => ({
        name: journey,
        steps: [...steps.map(({ step }) => step), "s"],
      })),
      seed: 5,
      queryName: `${long}-${long}`,
    }),
    scaleOuts: instances.map((instance, index) => ({
      instance,
      loadStepAtSeconds: index % 5 === 0 ? null : index * 25,
      decidedMs: 20_000,
      launchedMs: 20_001,
      readyMs: index % 3 === 0 ? null : 25_000,
      inServiceMs: 26_000,
      firstRequestMs: index % 4 === 0 ? null : 26_000.4,
    })),
  };
}

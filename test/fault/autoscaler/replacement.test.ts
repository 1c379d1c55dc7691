import { setTimeout as sleep } from "node:timers/promises";
import { ScalingMetric, ScalingPolicyType } from "../../../components/contracts";
import { refreshInstances } from "../../../components/local/application/instance-refresh";
import { isAlive, stopProcess, takeInventory } from "../../../components/local/supervisor";
import { EnvironmentError } from "../../../core/errors";
import { AppTier, Load, QUICK, until } from "./app-tier";

jest.setTimeout(90_000);

const SCALING = {
  ...QUICK,
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.InFlightRequests,
  targetValue: 100,
  disableScaleIn: true,
};
const SIZING = { minInstances: 2, maxInstances: 4, cpu: 0.5, memoryMiB: 256, scaling: SCALING };

const pidOf = async (tier: AppTier, name: string): Promise<number> => {
  const pid = (await tier.state()).instances.find((instance) => instance.name === name)?.pid;
  if (pid === undefined || pid === null) throw new Error(`${name} has no process`);
  return pid;
};

describe("instances that fail", () => {
  const tier = new AppTier();
  beforeAll(async () => {
    await tier.open();
    await tier.startDaemon(tier.settings(SIZING));
  });
  afterAll(() => tier.close());

  it("a killed one is replaced, and no safe request fails meanwhile", async () => {
    const load = new Load(tier, "/slow?ms=20", 4);
    process.kill(await pidOf(tier, "app-1"), "SIGKILL");
    await until("app-3 in service", 20_000, () => tier.eventsOf("instance-in-service", "app-3").length === 1);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(tier.eventsOf("instance-lost", "app-1")[0]?.detail.reason).toBe("exited");
    expect((await tier.state()).instances.map(({ name }) => name)).toEqual(["app-2", "app-3"]);
  });

  it("one that is not ready any more is drained and replaced", async () => {
    const { instance } = await tier.get("/sick");
    await until(
      "the sick one has ended",
      20_000,
      () => tier.eventsOf("instance-ended", instance).length === 1,
    );
    await until("two in service", 20_000, async () => (await tier.state()).inService === 2);
    expect(tier.eventsOf("instance-lost", instance)[0]?.detail).toMatchObject({
      reason: "unhealthy",
      failedChecks: 3,
    });
    expect((await tier.state()).instances.map(({ name }) => name)).toContain("app-4");
  });

  it("new limits in the settings file take effect on SIGHUP, wrong ones change nothing", async () => {
    const { daemon } = tier;
    if (daemon === undefined) throw new Error("no daemon");
    tier.writeSettings(tier.settings({ ...SIZING, minInstances: 3 }));
    process.kill(daemon.pid, "SIGHUP");
    await until("three in service", 20_000, async () => (await tier.state()).inService === 3);
    tier.writeSettings(tier.settings({ ...SIZING, minInstances: 3, maxInstances: 2 }));
    process.kill(daemon.pid, "SIGHUP");
    await until("the refusal", 5000, () => tier.eventsOf("settings-rejected").length === 1);
    tier.writeSettings(tier.settings({ ...SIZING, minInstances: 1, maxInstances: 1 }));
    process.kill(daemon.pid, "SIGHUP");
    await until("one left", 20_000, async () => (await tier.state()).instances.length === 1);
    expect(tier.eventsOf("scale-out-decided").map(({ detail }) => [detail.from, detail.to])).toEqual([
      [2, 3],
    ]);
    expect(tier.eventsOf("scale-in-decided").map(({ detail }) => [detail.from, detail.to])).toEqual([[3, 1]]);
    expect(isAlive(daemon)).toBe(true);
  });

  it("SIGUSR2 replaces all instances by new ones, and no request fails meanwhile", async () => {
    const { daemon } = tier;
    if (daemon === undefined) throw new Error("no daemon");
    tier.writeSettings(tier.settings({ ...SIZING, minInstances: 2, maxInstances: 2 }));
    process.kill(daemon.pid, "SIGHUP");
    await until("two in service", 20_000, async () => (await tier.state()).inService === 2);
    const before = (await tier.state()).instances.map(({ name }) => name);
    const load = new Load(tier, "/slow?ms=20", 4);
    await refreshInstances(
      tier.environmentId,
      { startTimeoutSeconds: 10, drainSeconds: 10 },
      new AbortController().signal,
    );
    await load.stop();
    expect(load.failures).toEqual([]);
    const after = await tier.state();
    expect(after.instances.filter(({ name }) => before.includes(name))).toEqual([]);
    expect(after).toMatchObject({ inService: 2, desired: 2 });
    expect(tier.eventsOf("instance-lost").filter(({ source }) => before.includes(source))).toEqual([]);
    expect(tier.eventsOf("refresh-ended").map(({ detail }) => detail.failed)).toEqual([null]);
  });

  it("an autoscaler that answers nothing for some seconds is asked again, and its instances are replaced", async () => {
    const { daemon } = tier;
    if (daemon === undefined) throw new Error("no daemon");
    const before = (await tier.state()).instances.map(({ name }) => name);
    process.kill(daemon.pid, "SIGSTOP");
    const refreshed = refreshInstances(
      tier.environmentId,
      { startTimeoutSeconds: 10, drainSeconds: 10 },
      new AbortController().signal,
    );
    // Longer than a question waits for its answer.
    await sleep(6_000);
    process.kill(daemon.pid, "SIGCONT");
    await refreshed;
    expect((await tier.state()).instances.filter(({ name }) => before.includes(name))).toEqual([]);
  });

  it("without a balancer nothing is scaled in: no figures are not low figures", async () => {
    tier.writeSettings(tier.settings({ ...SIZING, scaling: { ...SCALING, disableScaleIn: false } }));
    const { daemon, balancer } = tier;
    if (daemon === undefined || balancer === undefined) throw new Error("not running");
    await stopProcess(balancer);
    process.kill(daemon.pid, "SIGHUP");
    await until("two running", 20_000, async () => (await tier.state()).desired === 2);
    const before = tier.metrics().length;
    await until("ten more periods", 20_000, () => tier.metrics().length >= before + 10);
    expect(
      tier
        .metrics()
        .slice(-8)
        .map(({ metricValue }) => metricValue),
    ).toEqual(Array(8).fill(null));
    expect((await tier.state()).desired).toBe(2);
  });
});

describe("an application that does not start", () => {
  const tier = new AppTier();
  beforeAll(() => tier.open());
  afterAll(() => tier.close());

  it("makes the daemon end with an error that quotes it, and leaves no process and no port", async () => {
    const base = tier.settings(SIZING);
    const application = { ...base.application, environment: { REFUSE_TO_START: "the catalogue is missing" } };
    const failure = await tier.startDaemon({ ...base, application }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(EnvironmentError);
    expect(String(failure)).toContain("burner: the catalogue is missing");
    const left = await takeInventory(tier.environmentId);
    expect(left.processes.map(({ name }) => name)).toEqual(["app-balancer"]);
    expect(left.reservedPorts).toHaveLength(2);
  });
});

describe("a daemon that is told to stop while its first instances are still starting", () => {
  const tier = new AppTier();
  beforeAll(() => tier.open());
  afterAll(() => tier.close());

  it("gives them up at once and leaves no process and no port", async () => {
    const base = tier.settings(SIZING);
    const application = { ...base.application, environment: { LISTEN_AFTER_MS: "15000" } };
    const started = tier.startDaemon({ ...base, application }).then(
      () => "in service",
      () => "ended before it was ready",
    );
    const nameOf = ({ name }: { name?: string }): string => name ?? "unnamed";
    await until("both instances run", 10_000, async () => {
      const names = (await takeInventory(tier.environmentId)).processes.map(nameOf);
      return names.includes("app-1") && names.includes("app-2");
    });
    const asked = performance.now();
    const running = (await takeInventory(tier.environmentId)).processes;
    const daemon = running.find((process) => process.name === "autoscaler");
    if (daemon === undefined) throw new Error("no daemon");
    process.kill(daemon.pid, "SIGTERM");
    expect(await started).toBe("ended before it was ready");
    expect(performance.now() - asked).toBeLessThan(8000);
    const left = await takeInventory(tier.environmentId);
    expect(left.processes.map(nameOf)).toEqual(["app-balancer"]);
    expect(left.reservedPorts).toHaveLength(2);
  });
});

describe("a daemon that is killed", () => {
  const tier = new AppTier();
  beforeAll(() => tier.open());
  afterAll(() => tier.close());

  it("leaves instances that the inventory finds and the sweep ends; who waits for new ones is told that it ended", async () => {
    const daemon = await tier.startDaemon(tier.settings(SIZING));
    process.kill(daemon.pid, "SIGSTOP");
    const refreshed = refreshInstances(
      tier.environmentId,
      { startTimeoutSeconds: 10, drainSeconds: 10 },
      new AbortController().signal,
    );
    const refused = expect(refreshed).rejects.toThrow(/were not replaced: the autoscaler ended/);
    // It has asked by then, and waits for an answer.
    await sleep(1_000);
    process.kill(daemon.pid, "SIGKILL");
    await refused;
    await until("it is gone", 5000, () => !isAlive(daemon));
    const names = (await takeInventory(tier.environmentId)).processes.map(({ name }) => name);
    expect([...names].sort()).toEqual(["app-1", "app-2", "app-balancer"]);
    // close() sweeps, and fails this suite if anything survives.
  });
});

import { ScalingMetric, ScalingPolicyType } from "../../../components/contracts";
import { stopProcess, takeInventory } from "../../../components/local/supervisor";
import { AppTier, Load, QUICK, until } from "./app-tier";

jest.setTimeout(90_000);

const IN_FLIGHT = {
  ...QUICK,
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.InFlightRequests,
  targetValue: 4,
};
const SIZING = { minInstances: 1, maxInstances: 3, cpu: 0.5, memoryMiB: 256, scaling: IN_FLIGHT };

describe("an app tier under a load that comes and goes", () => {
  const tier = new AppTier();
  beforeAll(() => tier.open());
  afterAll(() => tier.close());

  it("answers 503 while there is no instance, then gives an instance everything it is promised", async () => {
    expect((await tier.get("/")).status).toBe(503);
    const base = tier.settings(SIZING);
    const settings = {
      ...base,
      application: { ...base.application, environment: { GREETING: "hello", PORT: "1" } },
    };
    await tier.startDaemon(settings);
    expect(await tier.readyStatus()).toBe(200);
    const reply = await tier.get("/env");
    expect(reply.instance).toBe("app-1");
    expect(JSON.parse(reply.body)).toEqual({
      INSTANCE_ID: "app-1",
      PORT: expect.stringMatching(/^\d{4,5}$/),
      HOST: "127.0.0.1",
      NODE_ENV: "production",
      APP_VERSION: "v1",
      REDIS_URL: settings.cacheUrl,
      DATABASE_URL: settings.databaseUrl,
      DATABASE_REPLICA_URLS: settings.databaseReplicaUrls.join(","),
      PERFBED_ENVIRONMENT_ID: tier.environmentId,
      GREETING: "hello",
    });
  });

  it("goes from 1 to 3 instances under load, all in order, and every new one serves", async () => {
    const load = new Load(tier, "/slow?ms=100", 12);
    await until("three instances that served", 30_000, () => tier.eventsOf("first-request").length === 3);
    const replies = await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(replies.map(({ instance }) => instance))).toEqual(new Set(["app-1", "app-2", "app-3"]));

    const [decision] = tier.eventsOf("scale-out-decided");
    expect(decision?.detail).toMatchObject({ metric: "in-flight-requests", target: 4, from: 1, to: 3 });
    expect(decision?.detail.value).toBeGreaterThan(8);
    for (const name of ["app-2", "app-3"]) {
      const story = tier.events().filter(({ source }) => source === name);
      expect(story.map(({ event }) => event)).toEqual([
        "instance-launched",
        "instance-ready",
        "instance-in-service",
        "first-request",
      ]);
      const times = [decision, ...story].map((row) => BigInt(row?.atUs ?? 0));
      expect([...times].sort((a, b) => Number(a - b))).toEqual(times);
      // Seen by looking often enough that the lag is a measurement.
      expect(story.at(-1)?.detail.resolutionMs).toBeLessThanOrEqual(250);
    }
    expect((await tier.state()).desired).toBe(3);
  });

  it("goes back to 1 when it is quiet, without failing one request, not even a slow one on a leaving instance", async () => {
    // One slow request each on three instances (leastconn), again and again, and quick ones all the while.
    const slow = new Load(tier, "/slow?ms=2500", 3);
    const quick = new Load(tier, "/", 1, 5);
    await until("both have ended", 40_000, () => tier.eventsOf("instance-ended").length === 2);
    await slow.stop();
    await quick.stop();

    expect(slow.failures).toEqual([]);
    expect(quick.failures).toEqual([]);
    expect(quick.replies.length).toBeGreaterThan(100);
    const ended = tier.eventsOf("instance-ended").map(({ source }) => source);
    expect([...ended].sort()).toEqual(["app-2", "app-3"]);
    const waits = ended.map((name) => {
      const story = tier.events().filter(({ source }) => source === name);
      expect(story.slice(-3).map(({ event }) => event)).toEqual([
        "drain-started",
        "drained",
        "instance-ended",
      ]);
      const drained = tier.eventsOf("drained", name)[0];
      expect(drained?.detail).toMatchObject({ complete: true, remaining: 0 });
      expect(tier.eventsOf("instance-ended", name)[0]?.detail.how).toBe("stopped");
      // A request was in flight there when its drain began, and it is among those answered with 200.
      expect(slow.replies.some(({ instance }) => instance === name)).toBe(true);
      return Number(drained?.detail.waitedMs);
    });
    expect(Math.max(...waits)).toBeGreaterThan(200);
    expect(await tier.state()).toMatchObject({ desired: 1, inService: 1, lostRows: 0 });
    expect((await tier.get("/")).instance).toBe("app-1");
  });

  it("writes one row of figures a period", () => {
    const rows = tier.metrics();
    const times = rows.map(({ atUs }) => Number(atUs) / 1000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(500, -2);
    expect(rows.some((row) => (row.metricValue ?? 0) > 8 && row.instances.length === 1)).toBe(true);
    expect(rows.some((row) => row.instances.some(({ cpuPercent }) => (cpuPercent ?? 0) > 0))).toBe(true);
  });

  it("keeps passwords out of its log and its files", () => {
    const written = `${tier.log("autoscaler")}${JSON.stringify([tier.events(), tier.metrics()])}`;
    expect(written).not.toContain("s3cret");
  });

  it("ends every instance on SIGTERM and gives their ports back", async () => {
    const { daemon } = tier;
    expect(daemon === undefined ? undefined : await stopProcess(daemon)).toBe("stopped");
    const left = await takeInventory(tier.environmentId);
    expect(left.processes.map(({ name }) => name)).toEqual(["app-balancer"]);
    // The balancer's own and the status port, which the test reserved.
    expect(left.reservedPorts).toHaveLength(2);
    expect(tier.log("autoscaler").trimEnd().split("\n").at(-1)).toMatch(/stopped$/);
    expect((await tier.get("/")).status).toBe(503);
  });
});

describe("an app tier that scales on CPU", () => {
  const tier = new AppTier();
  beforeAll(() => tier.open());
  afterAll(() => tier.close());

  it("adds an instance when the only one uses more of its allotment than the target", async () => {
    const scaling = {
      ...QUICK,
      type: ScalingPolicyType.TargetTracking,
      metric: ScalingMetric.CpuUtilization,
      targetValue: 50,
    };
    await tier.startDaemon(tier.settings({ ...SIZING, maxInstances: 2, cpu: 0.2, scaling }));
    const load = new Load(tier, "/burn?ms=5", 2);
    await until("a decision", 20_000, () => tier.eventsOf("scale-out-decided").length > 0);
    await load.stop();
    const [decision] = tier.eventsOf("scale-out-decided");
    expect(decision?.detail).toMatchObject({ metric: "cpu-utilization", from: 1, to: 2 });
    expect(decision?.detail.value).toBeGreaterThan(50);
    expect(load.failures).toEqual([]);
  });
});

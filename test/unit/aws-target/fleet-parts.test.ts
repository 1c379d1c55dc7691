import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { iterationsOnCommonClock, samplesOnCommonClock } from "../../../campaign/clock-correction";
import { awsFailure } from "../../../campaign/targets/aws/errors";
import {
  bootstrapScript,
  generatorScript,
  stopScript,
} from "../../../campaign/targets/aws/fleet/generator-script";
import { summariseHealth } from "../../../campaign/targets/aws/fleet/health";
import { checkHosts, literalHosts } from "../../../campaign/targets/aws/fleet/hosts";
import { parseProgress, previewP95Ms } from "../../../campaign/targets/aws/fleet/reports";
import { periodsOf } from "../../../campaign/targets/aws/telemetry/read-figures";
import { ConfigError } from "../../../core/errors";
import { tempFolder } from "../storage/temp-folder";

const root = tempFolder();
const script = {
  name: "generator-1",
  runId: "run-1",
  region: "eu-west-1",
  bucketName: "b",
  folder: "/var/lib/perfbed/it's here",
  outPrefix: "samples/runs/run-1/generator-1",
  startKey: "campaign/runs/run-1/start.txt",
  apiPort: 6565,
  args: ["run", "it's.js"],
  samplesPath: "/var/lib/perfbed/samples.csv",
  native: false,
  readySeconds: 60,
  limitSeconds: 120,
  heartbeatSeconds: 5,
};

test("what generators are given is bash, whatever the names in it", () => {
  for (const text of [
    generatorScript(script),
    generatorScript({ ...script, native: true }),
    bootstrapScript({ region: "eu-west-1", bucketName: "b", folder: script.folder, shipmentKey: "k" }),
    stopScript(script.folder),
  ]) {
    execFileSync("bash", ["-n"], { input: text });
  }
});

test("health is CPU of k6, idleness and steal of the machine between rows of the measured window alone", () => {
  const csv = [
    "at_ms,k6_ticks,idle_ticks,total_ticks,rss_pages,steal_ticks",
    "1000,0,0,0,256,7",
    "2000,150,40,200,512,7",
    "3000,200,190,400,1024,27",
    "9000,999,0,9999,9999,999",
    "cut,off",
  ].join("\n");
  expect(summariseHealth(csv, 1000, 3000)).toEqual({
    cpuMean: 0.5,
    cpuMax: 0.75,
    memoryMaxMiB: 4,
    machineIdleMin: 0.2,
    stealMean: 0.05,
  });
  expect(summariseHealth("", 0, 1)).toEqual({
    cpuMean: null,
    cpuMax: null,
    memoryMaxMiB: null,
    machineIdleMin: null,
    stealMean: null,
  });
});

test("the preview's P95 comes from all generators' buckets together, and is within a bucket", () => {
  const report = (buckets: Record<string, number>) => {
    const parsed = parseProgress(
      JSON.stringify({
        atMs: 1,
        requests: 1,
        failed: 0,
        started: 1,
        dropped: 0,
        recent: { requests: 1, failed: 0, started: 1, buckets },
      }),
    );
    if (parsed === undefined) throw new Error("no report");
    return parsed;
  };
  // 90 requests of about 10 ms on one, 10 of about 1 s on the other.
  const p95 = previewP95Ms([report({ 24: 90 }), report({ 72: 10 })]) ?? 0;
  expect(p95).toBeGreaterThan(950);
  expect(p95).toBeLessThan(1_100);
  expect(previewP95Ms([])).toBeNull();
  expect(parseProgress("{")).toBeUndefined();
});

test("hosts that a script names are found where load goes, and a pattern allows what is below it alone", () => {
  expect(
    literalHosts('http.get("https://api.example.com:8443/x"); ws.connect(`wss://Live.example.com/${id}`)'),
  ).toEqual(["api.example.com", "live.example.com"]);
  const file = join(root, "script.js");
  writeFileSync(file, 'import x from "https://jslib.k6.io/x.js";\nhttp.get("https://a.shop.example/");\n');
  const access = { entryUrl: "https://d1.cloudfront.net", appUrl: "http://alb.example.com" };
  const workload = { script: { tool: "k6" as const, file, environment: {}, ownArrivals: true } };
  expect(() => checkHosts(access, { workload }, [])).toThrow(ConfigError);
  expect(() => checkHosts(access, { workload }, ["shop.example"])).toThrow(ConfigError);
  expect(() => checkHosts(access, { workload }, ["*.shop.example"])).not.toThrow();
  expect(() => checkHosts({ ...access, entryUrl: "https://a.shop.example" }, { workload }, [])).not.toThrow();
});

test("the load balancer's own address is refused, with where load goes instead", () => {
  const access = { entryUrl: "https://d1.cloudfront.net", appUrl: "http://alb.example.com" };
  const endpoints = { edge: `${access.entryUrl}/cart`, balancer: `${access.appUrl}/cart` };
  const problem = { field: "endpoints.balancer", value: "alb.example.com" };
  expect(() => checkHosts(access, { workload: {}, endpoints }, [])).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ ...problem, hint: expect.stringContaining("BASE_URL") })],
    }),
  );
});

test("instants move by a generator's offset; seconds of arrivals only by whole ones", () => {
  expect(samplesOnCommonClock("SELECT 1", 0)).toBe("SELECT 1");
  expect(samplesOnCommonClock("S", 1500)).toContain("startedAtUs - 1500 AS startedAtUs");
  expect(samplesOnCommonClock("S", -20)).toContain("startedAtUs - -20 AS startedAtUs");
  expect(iterationsOnCommonClock("S", 400_000)).toBe("S");
  expect(iterationsOnCommonClock("S", 1_600_000)).toContain("atUs - 2000000 AS atUs");
});

test("a window's periods are the whole minutes that it touches", () => {
  const minute = 60_000_000;
  expect(periodsOf({ fromUs: 1.5 * minute, toUs: 3 * minute })).toEqual([60_000, 120_000]);
});

test.each([
  ["ExpiredTokenException", "PERFBED_AWS_CREDENTIALS"],
  ["CredentialsProviderError", "PERFBED_AWS_CREDENTIALS"],
  ["AccessDeniedException", "PERFBED_AWS_ACCESS_DENIED"],
  ["ThrottlingException", "PERFBED_AWS_THROTTLED"],
  ["TimeoutError", "PERFBED_AWS_UNREACHABLE"],
  ["SomethingElse", "PERFBED_AWS_API"],
])("AWS's %s comes to a user as %s, with what to do", (name, code) => {
  const failure = awsFailure(Object.assign(new Error("said\nmore"), { name }), "doing it");
  expect(failure).toMatchObject({ code, message: "AWS: doing it failed: said", exitCode: 5 });
  expect(failure.hint === undefined).toBe(code === "PERFBED_AWS_API");
});

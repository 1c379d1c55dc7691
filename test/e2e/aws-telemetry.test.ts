import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { silentObserver } from "../../campaign/observer";
import { AwsClients } from "../../campaign/targets/aws/clients";
import { startAwsTelemetry } from "../../campaign/targets/aws/telemetry";
import { LOAD_BALANCER_FIGURES } from "../../campaign/targets/aws/telemetry/figures";
import { readFigures } from "../../campaign/targets/aws/telemetry/read-figures";
import { awsSettings } from "../../components/aws/settings";
import { awsSizings } from "../../components/aws/sizings";
import { Target } from "../../components/contracts";
import { storefront } from "../../sample/storefront/application";
import { type MotoServer, startMoto } from "../support/moto-server";

jest.setTimeout(600_000);

/** Emulated: CloudWatch and every list of AWS, by moto. Real: questions, conversion, spool. */

const REGION = "eu-west-1";
const MINUTE = 60_000;
let moto: MotoServer;
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pbat-"));
  moto = await startMoto();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
});

afterAll(async () => {
  await moto?.stop();
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

/** A whole minute some minutes ago, ms. */
const start = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;

test("figures become points in the middle of their minute, in our units; a minute without any is a failed reading", async () => {
  const cloudWatch = new CloudWatchClient({ region: REGION });
  const Dimensions = [{ Name: "LoadBalancer", Value: "app/x/1" }];
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: "AWS/ApplicationELB",
      MetricData: [
        { MetricName: "RequestCount", Dimensions, Timestamp: new Date(start + 5_000), Value: 120 },
        { MetricName: "TargetResponseTime", Dimensions, Timestamp: new Date(start + 5_000), Value: 0.25 },
      ],
    }),
  );
  cloudWatch.destroy();
  const clients = new AwsClients(REGION);
  const source = {
    tier: "app",
    source: "load-balancer",
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: "app/x/1" },
    figures: LOAD_BALANCER_FIGURES,
  };
  const window = { fromUs: start * 1000, toUs: (start + 2 * MINUTE) * 1000 };
  const { points, waiting } = await readFigures([source], window, clients);
  clients.close();
  const at = (minute: number): bigint => BigInt(start + minute * MINUTE + MINUTE / 2) * 1000n;
  const point = (minute: number, metric: string, value: number) => ({
    atUs: at(minute),
    tier: "app",
    source: "load-balancer",
    metric,
    value,
  });
  expect(points).toEqual([
    point(0, "requests_per_second", 2),
    point(0, "response_time_ms", 250),
    point(0, "errors_5xx_per_second", 0),
    point(0, "reading_failed", 0),
    point(1, "reading_failed", 1),
  ]);
  expect(waiting).toEqual(["load-balancer"]);
});

test("an environment that AWS has nothing of is a gap in every source, said and stored, and no failed run", async () => {
  const { small } = awsSizings;
  if (small === undefined) throw new Error("no sizing small");
  const notes: string[] = [];
  const settings = awsSettings({ region: REGION });
  const spoolFile = join(folder, "spool.csv");
  const telemetry = await startAwsTelemetry(
    {
      plan: {
        target: Target.Aws,
        environmentId: "nothing",
        owner: "test",
        expiresAt: new Date(Date.now() + MINUTE).toISOString(),
        application: storefront(),
        sizing: small,
        aws: settings,
      },
      access: {
        environmentId: "nothing",
        target: Target.Aws,
        entryUrl: "https://x.example",
        appUrl: "https://x.example",
        generators: [],
        telemetry: [],
      },
      tools: new Map(),
      spoolFile,
      observer: { ...silentObserver, note: (text) => notes.push(text) },
      signal: new AbortController().signal,
    },
    settings,
    { waitMs: 0, pauseMs: 0 },
  );
  await telemetry.stop();
  const events = await telemetry.finish({
    runStartedAtUs: start * 1000,
    measuredFromUs: start * 1000,
    measuredToUs: (start + MINUTE) * 1000,
  });
  expect(events).toEqual([]);
  const rows = readFileSync(spoolFile, "utf8").trim().split("\n");
  for (const source of ["edge", "load-balancer", "autoscaler", "cache", "database", "database-pool"]) {
    expect(rows.some((row) => row.includes(`,${source},reading_failed,1`))).toBe(true);
  }
  expect(notes.some((note) => note.includes("database-pool"))).toBe(true);
});

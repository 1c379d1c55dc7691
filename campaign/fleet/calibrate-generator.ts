import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { availableParallelism, cpus, userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ownProcess, prepareEnvironment, sweepEnvironment } from "../../components/local/supervisor";
import { EnvironmentError } from "../../core/errors";
import { environmentDir, perfbedHome } from "../../core/home";
import { newEnvironmentId } from "../../core/ids";
import type { HttpStep, Workload } from "../../scenarios/model";
import { runFleet } from "./run-fleet";
import type { GeneratorCost } from "./sizing";

const WARMUP_SECONDS = 1;
const MEASURED_SECONDS = 4;
/** Enough that a generator's idle ticking is lost in it, and little enough for any machine. */
const RATE_PER_SECOND = 400;
const BODY = JSON.stringify({ id: 7, text: "x".repeat(1000) });

const storedSchema = z.strictObject({
  schemaVersion: z.literal(1),
  machine: z.string(),
  toolVersion: z.string(),
  plainMicroseconds: z.number().positive(),
  checkedMicroseconds: z.number().positive(),
});

const machineName = (): string => `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores`;
const storeFile = (): string => join(perfbedHome(), "generator-cost.json");

/** What an earlier calibration of this machine and this version of the tool found; undefined where there is none. */
export async function storedCost(toolVersion: string): Promise<GeneratorCost | undefined> {
  const text = await readFile(storeFile(), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = storedSchema.safeParse(JSON.parse(text));
  if (!parsed.success || parsed.data.machine !== machineName()) return undefined;
  return parsed.data.toolVersion === toolVersion ? parsed.data : undefined;
}

async function store(cost: GeneratorCost, toolVersion: string): Promise<void> {
  const file = storeFile();
  await mkdir(perfbedHome(), { recursive: true });
  await writeFile(
    `${file}.new`,
    `${JSON.stringify({ schemaVersion: 1, machine: machineName(), toolVersion, ...cost }, null, 2)}\n`,
  );
  await rename(`${file}.new`, file);
}

const hold = (durationSeconds: number, label: string) => ({
  startRatePerSecond: RATE_PER_SECOND,
  stages: [{ durationSeconds, ratePerSecond: RATE_PER_SECOND, label }],
});

function workloadOf(step: HttpStep): Workload {
  return {
    scenario: "generator-cost",
    description: "What a request costs a generator.",
    seed: 1,
    warmup: hold(WARMUP_SECONDS, "warm-up"),
    arrival: hold(MEASURED_SECONDS, "measured"),
    journeys: [{ name: "cost", weight: 1, steps: [step] }],
    slos: [],
    parameters: {},
  };
}

/**
 * Measures what a request costs a k6 on this machine: one generator at a moderate rate against a responder in this process, first with
 * bodies dropped, then with bodies looked into. Takes about twelve seconds; the result is kept for this machine.
 * @throws EnvironmentError PERFBED_CALIBRATION_FAILED when the generator could not keep the rate
 */
export async function calibrateGenerator(
  k6Path: string,
  toolVersion: string,
  signal: AbortSignal,
): Promise<GeneratorCost> {
  const environmentId = newEnvironmentId();
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(BODY);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  try {
    await prepareEnvironment({
      environmentId,
      owner: userInfo().username,
      expiresAt: new Date(Date.now() + 5 * 60_000).toISOString(),
      ownerProcess: ownProcess(),
      watchdog: true,
    });
    const measured = async (runId: string, step: HttpStep): Promise<number> => {
      const location = join(environmentDir(environmentId), "generators", "generator-1");
      const { generators, arrivals, aborted } = await runFleet({
        environmentId,
        slots: [{ name: "generator-1", location }],
        workload: workloadOf(step),
        baseUrl: `http://127.0.0.1:${port}`,
        toolPath: k6Path,
        runId,
        signal,
      });
      const cpu = generators[0]?.health.cpuMean ?? null;
      if (cpu === null || cpu <= 0 || aborted !== null || arrivals.started < 0.95 * arrivals.planned) {
        throw new EnvironmentError(
          "PERFBED_CALIBRATION_FAILED",
          `The generator started ${arrivals.started} of ${arrivals.planned} requests: the machine is too busy to measure it`,
          { hint: "Try again when nothing else runs." },
        );
      }
      return (cpu * availableParallelism() * 1e6) / (arrivals.started / MEASURED_SECONDS);
    };
    const request = { method: "GET" as const, path: "/" };
    const cost = {
      plainMicroseconds: await measured("plain", { name: "plain", request }),
      checkedMicroseconds: await measured("checked", {
        name: "checked",
        request,
        extract: [{ kind: "json", name: "id", path: "id" }],
      }),
    };
    await store(cost, toolVersion);
    return cost;
  } finally {
    await sweepEnvironment(environmentId);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

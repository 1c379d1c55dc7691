import { join, posix } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CAMPAIGN_PREFIX, SAMPLES_PREFIX } from "../../../../components/aws/fleet/user-data";
import { type AwsSettings, FleetFlavour } from "../../../../components/aws/settings";
import { EnvironmentError } from "../../../../core/errors";
import { completeWorkload, gracefulStopSeconds, k6Adapter } from "../../../../scenarios/adapters/k6";
import { totalSeconds } from "../../../../scenarios/arrival";
import type { Workload } from "../../../../scenarios/model";
import { planWorkload } from "../../../../scenarios/plan";
import { Tool } from "../../../../toolchain";
import { checkDiskSpace } from "../../../fleet/checks";
import { generatorVariables } from "../../../fleet/generator-variables";
import type { FleetResult } from "../../../fleet/model";
import { programPath } from "../../../tools";
import type { FleetRequest } from "../../target";
import { type AwsClients, withClients } from "../clients";
import { awsFailure, withAws } from "../errors";
import { collectRun, type Member } from "./collect";
import { bootstrapScript, GENERATOR_FILES } from "./generator-script";
import { checkHosts } from "./hosts";
import { FleetObjects, findBucket, ownClockAheadMs } from "./objects";
import { locateGenerators, waitUntilEnded } from "./remote";
import { parseReady } from "./reports";
import { packShipment } from "./shipment";
import { FLEET_TIMES, type FleetTimes, TASK_TIMES } from "./times";
import { RemoteWatch } from "./watch";

const FIRST_API_PORT = 6565;
const LONGEST_COMMAND_SECONDS = 172_800;
/** Of runs, on a generator. Whoever an image runs as may write to the second. */
const INSTANCE_ROOT = "/var/lib/perfbed/runs";
const TASK_ROOT = "/tmp/perfbed/runs";

export interface AwsFleetOptions {
  readonly settings: AwsSettings;
  /** Folder on this machine that samples are fetched to. */
  readonly folder: string;
  /** Folder of runs on a generator. @default /var/lib/perfbed/runs, on Fargate /tmp/perfbed/runs */
  readonly remoteRoot?: string;
  readonly times?: Partial<FleetTimes>;
  /** Port of k6's API on the first generator; the next one has the next. @default 6565, k6's own */
  readonly firstApiPort?: number;
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const refused = results.find(({ status }) => status === "rejected");
  if (refused?.status === "rejected") throw refused.reason;
}

class AwsFleetRun {
  readonly #times: FleetTimes;
  /** A standing environment may see the same run id again; neither objects nor unique ids must come back with it. */
  readonly #run: string;
  readonly #runPrefix: string;
  readonly #startKey: string;
  readonly #remoteRoot: string;
  readonly #readyMs: number;
  readonly #limitSeconds: number;
  #members: readonly Member[] = [];

  constructor(
    private readonly request: FleetRequest,
    private readonly options: AwsFleetOptions,
    private readonly objects: FleetObjects,
    private readonly complete: {
      readonly workload: Workload;
      readonly graceSeconds: number;
      readonly hasThresholds: boolean;
    },
  ) {
    const onFargate = options.settings.fleet.flavour === FleetFlavour.Fargate;
    this.#times = { ...(onFargate ? TASK_TIMES : FLEET_TIMES), ...options.times };
    this.#run = `${request.runId}-${Date.now().toString(36)}`;
    this.#runPrefix = `${SAMPLES_PREFIX}/runs/${this.#run}/`;
    this.#startKey = `${CAMPAIGN_PREFIX}/runs/${this.#run}/start.txt`;
    this.#remoteRoot = options.remoteRoot ?? (onFargate ? TASK_ROOT : INSTANCE_ROOT);
    const { workload, graceSeconds } = complete;
    const users = workload.script === undefined ? planWorkload(workload).users : 0;
    this.#readyMs = this.#times.startUpMs + 20 * users;
    const length = totalSeconds(workload.warmup) + totalSeconds(workload.arrival) + graceSeconds;
    // Paused from its readiness to the start, then the load.
    this.#limitSeconds = Math.ceil(this.#readyMs / 1000 + this.#times.leadMs / 1000 + length + 60);
  }

  async run(clients: AwsClients): Promise<FleetResult> {
    const { request, objects } = this;
    const { signal, access, observer } = request;
    const remotes = await withAws(
      "finding the generators",
      () => locateGenerators(this.#slots(), clients, access.environmentId),
      signal,
    );
    this.#members = remotes.map((remote, index): Member => {
      const { name } = remote;
      return {
        remote,
        prefix: `${this.#runPrefix}${name}/`,
        share: { name, index, count: remotes.length },
        remoteFolder: posix.join(this.#remoteRoot, this.#run, name),
        shipmentKey: `${CAMPAIGN_PREFIX}/runs/${this.#run}/${name}.tar.gz`,
        ready: undefined,
      };
    });
    try {
      const begun = performance.now();
      await this.#ship();
      await this.#startAll();
      await this.#untilReady();
      const readyMs = performance.now() - begun;
      const aheadMs = await withAws(
        "reading AWS's clock",
        () => ownClockAheadMs(clients.s3, objects.bucketName),
        signal,
      );
      if (Math.abs(aheadMs) > 5_000) {
        observer.note(
          `This machine's clock is ${(Math.abs(aheadMs) / 1000).toFixed(0)} s ${aheadMs > 0 ? "ahead of" : "behind"} AWS's: times of the run are AWS's`,
        );
      }
      const startMs = Math.round(Date.now() - aheadMs + this.#times.leadMs);
      await withAws("giving the start", () => objects.put(this.#startKey, String(startMs)), signal);
      const watch = new RemoteWatch(this.#members, {
        objects,
        runPrefix: this.#runPrefix,
        workload: this.complete.workload,
        graceSeconds: this.complete.graceSeconds,
        times: this.#times,
        maxRequests: request.maxRequests ?? Number.POSITIVE_INFINITY,
        onProgress: request.onProgress,
        signal,
      });
      const ended = await watch.follow(startMs + aheadMs);
      if (ended.aborted !== null) {
        await this.#stopAll();
        await watch.lookAgain();
      }
      return await collectRun({
        members: this.#members,
        objects,
        runPrefix: this.#runPrefix,
        folder: join(this.options.folder, "runs", this.#run),
        homeRegion: this.options.settings.region,
        workload: this.complete.workload,
        watch,
        startMs,
        ended: { ...ended, atMs: ended.atMs - aheadMs },
        readyMs,
        signal,
      });
    } catch (error) {
      await this.#stopAll().catch((failure: unknown) => {
        observer.note(
          `Not every generator could be told to stop (${awsFailure(failure, "stopping").message}); each ends by itself`,
        );
      });
      signal.throwIfAborted();
      throw awsFailure(error, "running the load");
    } finally {
      // Shipments may hold secrets of the user's script.
      await objects
        .remove([this.#startKey, ...this.#members.map(({ shipmentKey }) => shipmentKey)])
        .catch(() =>
          observer.note(
            "The files of this run could not be removed from the bucket; it goes with the environment",
          ),
        );
    }
  }

  /** Some workloads cannot be split over several generators. */
  #slots(): FleetRequest["access"]["generators"] {
    const { generators } = this.request.access;
    return generators.slice(0, k6Adapter.generatorsFor(this.request.workload, generators.length));
  }

  /** What every generator needs, into the bucket. */
  async #ship(): Promise<void> {
    const { request, options, objects } = this;
    const { workload, hasThresholds } = this.complete;
    const { endpoints = {}, traceRatio, signal } = request;
    const baseUrl = request.access.entryUrl;
    const variables = await generatorVariables(workload, this.#members.length, {
      baseUrl,
      endpoints,
      signal,
    });
    for (const [index, member] of this.#members.entries()) {
      signal.throwIfAborted();
      const body = await packShipment({
        workload,
        hasThresholds,
        baseUrl,
        endpoints,
        environment: variables[index] ?? {},
        ...(traceRatio === undefined ? {} : { traceRatio }),
        share: member.share,
        runId: this.#run,
        apiPort: (options.firstApiPort ?? FIRST_API_PORT) + member.share.index,
        remoteFolder: member.remoteFolder,
        stagingFolder: join(options.folder, "shipments", member.share.name),
        k6Path: programPath(request.tools, Tool.K6, "k6"),
        script: {
          region: options.settings.region,
          bucketName: objects.bucketName,
          outPrefix: member.prefix.replace(/\/$/, ""),
          startKey: this.#startKey,
          readySeconds: Math.ceil(this.#readyMs / 1000),
          limitSeconds: this.#limitSeconds,
          heartbeatSeconds: this.#times.heartbeatSeconds,
        },
      });
      await withAws(
        "sending a generator its work",
        () => objects.put(member.shipmentKey, body),
        request.signal,
      );
    }
  }

  async #startAll(): Promise<void> {
    const { region } = this.options.settings;
    const { bucketName } = this.objects;
    const limit = this.#limitSeconds + this.#times.storeMs / 1000;
    const started = await Promise.allSettled(
      this.#members.map(({ remote, remoteFolder: folder, shipmentKey }) =>
        withAws(
          `starting ${remote.name}`,
          () =>
            remote.start(
              bootstrapScript({ region, bucketName, folder, shipmentKey }),
              Math.min(LONGEST_COMMAND_SECONDS, limit),
            ),
          this.request.signal,
        ),
      ),
    );
    // Whichever could be started is known by now, and is told to stop when another could not.
    throwFirst(started);
  }

  /** The barrier: nobody starts before everybody is ready. @throws EnvironmentError PERFBED_GENERATOR_FAILED */
  async #untilReady(): Promise<void> {
    const { objects } = this;
    const { signal } = this.request;
    const deadline = performance.now() + this.#readyMs;
    const failed = (member: Member, why: string): EnvironmentError =>
      new EnvironmentError(
        "PERFBED_GENERATOR_FAILED",
        `${member.remote.name} (${member.remote.place}) cannot run: ${why}`,
        {
          hint:
            this.options.settings.fleet.flavour === FleetFlavour.Fargate
              ? "A task has to get its image (aws.fleet.containerImage) and to reach the bucket; what it said is in the environment's log group."
              : "perfbed reaches generators through Systems Manager, and they reach the bucket through the network's endpoint for S3.",
        },
      );
    for (let poll = 1; ; poll += 1) {
      await withAws(
        "waiting for the generators",
        async () => {
          const listed = new Set((await objects.list(this.#runPrefix)).map(({ key }) => key));
          for (const member of this.#members) {
            if (listed.has(member.prefix + GENERATOR_FILES.failed)) {
              const text = await objects.text(member.prefix + GENERATOR_FILES.failed);
              throw failed(member, text?.trim() ?? "it does not say why");
            }
            if (member.ready === undefined && listed.has(member.prefix + GENERATOR_FILES.ready)) {
              member.ready = parseReady(await objects.text(member.prefix + GENERATOR_FILES.ready));
            }
          }
        },
        signal,
      );
      const waiting = this.#members.filter(({ ready }) => ready === undefined);
      const [first] = waiting;
      if (first === undefined) return;
      if (performance.now() > deadline) {
        throw failed(first, `it was not ready within ${Math.round(this.#readyMs / 1000)} s`);
      }
      if (poll % this.#times.statesEvery === 0) {
        for (const member of waiting) {
          const state = await withAws("asking how a generator fares", () => member.remote.state(), signal);
          if (!state.running) throw failed(member, state.said);
        }
      }
      await delay(Math.min(1_000, this.#times.pollMs), undefined, { signal });
    }
  }

  /** Told to stop, generators store their samples; who does not end in time is ended as it is. */
  async #stopAll(): Promise<void> {
    const remotes = this.#members.map(({ remote }) => remote);
    const still = await waitUntilEnded(remotes, 0, 0);
    const told = await Promise.allSettled(
      this.#members
        .filter(({ remote }) => still.includes(remote))
        .map(({ remote, remoteFolder }) => remote.stop(remoteFolder)),
    );
    const left = await waitUntilEnded(still, this.#times.stopMs, Math.min(1_000, this.#times.pollMs));
    await Promise.all(left.map((remote) => remote.kill()));
    throwFirst(told);
  }
}

/**
 * Runs a workload on the environment's generators in AWS: files shipped through its bucket, every k6 started paused through Systems Manager
 * (or as a task of Fargate), one common start when all are ready, watched to the end, samples fetched. However it ends, every k6 is told to
 * stop, and ends by itself where nobody can tell it. Lost generators, floods of errors and overlong runs are as on the local target.
 * @throws ConfigError for hosts that are neither the environment's nor allowed, or a script that k6 cannot load
 * @throws EnvironmentError PERFBED_GENERATOR_FAILED, PERFBED_GENERATOR_MISSING, PERFBED_AWS_…
 * @throws the signal's reason when it was aborted
 */
export async function runAwsFleet(request: FleetRequest, options: AwsFleetOptions): Promise<FleetResult> {
  const { access, signal, tools } = request;
  checkHosts(access, request, options.settings.fleet.allowedHosts);
  const { workload, graceSeconds, hasThresholds } = await completeWorkload(
    request.workload,
    programPath(tools, Tool.K6, "k6"),
  );
  await checkDiskSpace(options.folder, workload);
  return withClients(options.settings.region, async (clients) => {
    const bucketName = await withAws(
      "finding the environment's bucket",
      () => findBucket(clients.s3, access.environmentId),
      signal,
    );
    const run = new AwsFleetRun(request, options, new FleetObjects(clients.s3, bucketName), {
      workload,
      graceSeconds: graceSeconds ?? gracefulStopSeconds(workload.journeys),
      hasThresholds,
    });
    return run.run(clients);
  });
}

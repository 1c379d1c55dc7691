import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import { compiledModule, perfbedHome } from "../../../core/home";
import type { AutoscalerSettings } from "../autoscaler/settings";
import { createServiceFolder, writeServiceFile } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import {
  type ServiceOutputs,
  serviceIdentity,
  serviceOutputs,
  startService,
  stopService,
} from "../provider/service";
import { isAlive, readLedger } from "../supervisor";
import { ProbeKind, type StopPolicy } from "../supervisor/types";
import { readGroupState } from "./group-state";
import { applicationInput, appSizingInput, connectionInputs } from "./inputs";
import { resolveReferences } from "./variables";

export const autoscalingGroupInputs = serviceIdentity.extend({
  ...connectionInputs,
  application: applicationInput,
  environment: z.record(z.string(), z.string()),
  sizing: appSizingInput,
  balancerSocketPath: z.string(),
  /** When the set-up command finished: a new run of it restarts the instances. Absent without one. */
  setupCompletedAt: z.string().optional(),
});
export type AutoscalingGroupInputs = z.infer<typeof autoscalingGroupInputs>;

export const autoscalingGroupOutputs = serviceOutputs.extend({
  /** Instances in service when the group was ready. */
  inService: z.number(),
  /** JSON lines of scaling events. */
  eventsPath: z.string(),
});

/** Beyond the drain of its instances, which it waits for. */
const STOP_MARGIN_MS = 10_000;
/** Beyond the start of its instances. */
const START_MARGIN_MS = 10_000;
const UPDATE_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

const stopPolicy = (inputs: AutoscalingGroupInputs): StopPolicy => ({
  signal: "SIGTERM",
  graceMs: inputs.application.drainSeconds * 1_000 + STOP_MARGIN_MS,
});

const settingsPath = (folder: string): string => join(folder, "settings.json");

/** One above the highest number any instance of this environment has had: a former group's instances are still known to the balancer. */
async function nextOrdinal(environmentId: string): Promise<number> {
  const { entries } = await readLedger(environmentId);
  const ordinals = entries.flatMap((entry) =>
    entry.type === "process-starting" ? [Number(/^app-(\d+)$/.exec(entry.name)?.[1] ?? 0)] : [],
  );
  return Math.max(0, ...ordinals) + 1;
}

/** Secrets stand in this file alone (mode 0600). It belongs to whoever runs perfbed: the daemon starts and ends processes. */
async function writeSettings(
  inputs: AutoscalingGroupInputs,
  folder: string,
  statusPort: number,
): Promise<void> {
  const settings: AutoscalerSettings = {
    environmentId: inputs.environmentId,
    perfbedHome: perfbedHome(),
    folder,
    application: {
      ...inputs.application,
      environment: resolveReferences(inputs.environment, process.env),
    },
    sizing: inputs.sizing,
    databaseUrl: inputs.databaseUrl,
    databaseReplicaUrls: inputs.databaseReplicaUrls,
    cacheUrl: inputs.cacheUrl,
    balancer: { socketPath: inputs.balancerSocketPath },
    statusPort,
    firstOrdinal: await nextOrdinal(inputs.environmentId),
  };
  await writeServiceFile(settingsPath(folder), JSON.stringify(settings), undefined);
}

async function createGroup(inputs: AutoscalingGroupInputs): Promise<z.infer<typeof autoscalingGroupOutputs>> {
  let inService = 0;
  const outputs: ServiceOutputs = await startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      await createServiceFolder(folder, undefined);
      await writeSettings(inputs, folder, port);
      return {
        environmentId: inputs.environmentId,
        name: inputs.service,
        tier: "app",
        command: process.execPath,
        args: [compiledModule("components/local/autoscaler/main"), settingsPath(folder)],
        cwd: folder,
        env: {},
        ports: [port],
        ready: {
          kind: ProbeKind.Http,
          endpoint: `http://127.0.0.1:${port}/ready`,
          timeoutMs: inputs.application.startTimeoutSeconds * 1_000 + START_MARGIN_MS,
        },
        stop: stopPolicy(inputs),
      };
    },
    verify: async ({ ports: [port = 0] }) => {
      inService = (await readGroupState(port)).inService;
    },
  });
  return { ...outputs, inService, eventsPath: join(outputs.folder, "events.jsonl") };
}

type GroupState = AutoscalingGroupInputs & z.infer<typeof autoscalingGroupOutputs>;

/** Tells the running daemon of a new sizing and waits until it follows it; the instances in service stay. */
async function resize(
  state: GroupState,
  news: AutoscalingGroupInputs,
): Promise<z.infer<typeof autoscalingGroupOutputs>> {
  if (!isAlive(state)) {
    throw new EnvironmentError("PERFBED_AUTOSCALER_GONE", "The autoscaler does not run any more", {
      hint: "Destroy the environment and provision it again.",
    });
  }
  await writeSettings(news, state.folder, state.port);
  process.kill(state.pid, "SIGHUP");
  const deadline = performance.now() + UPDATE_TIMEOUT_MS + news.application.startTimeoutSeconds * 1_000;
  for (;;) {
    const now = await readGroupState(state.port);
    const { minInstances, maxInstances } = news.sizing;
    if (now.ready && now.minInstances === minInstances && now.maxInstances === maxInstances) {
      const { port, ports, pid, startTicks, folder, eventsPath } = state;
      return { port, ports, pid, startTicks, folder, eventsPath, inService: now.inService };
    }
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        "PERFBED_AUTOSCALER_NOT_UPDATED",
        `The autoscaler has not reached its new size of ${minInstances} to ${maxInstances} instances`,
        { hint: `See logs/${state.service}.log in the environment's folder.` },
      );
    }
    await sleep(POLL_MS);
  }
}

/** Limits of an instance are set when it starts: such a change needs new instances. */
const sameInstanceSize = (a: AutoscalingGroupInputs, b: AutoscalingGroupInputs): boolean =>
  a.sizing.cpu === b.sizing.cpu && a.sizing.memoryMiB === b.sizing.memoryMiB;

/** The autoscaler with the app's instances, ready when the minimum is in service. */
export const autoscalingGroupLifecycle = lifecycle({
  inputs: autoscalingGroupInputs,
  outputs: autoscalingGroupOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createGroup(inputs),
  }),
  updatable: ["sizing"],
  replacesAnyway: (olds, news) => (sameInstanceSize(olds, news) ? [] : ["sizing"]),
  update: resize,
  delete: (state) => stopService(state, stopPolicy(state)),
});

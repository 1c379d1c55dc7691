import * as pulumi from "@pulumi/pulumi";
import { runCampaign } from "../../campaign/campaign";
import { type CampaignObserver, silentObserver } from "../../campaign/observer";
import { planCampaign } from "../../campaign/plan";
import type { CampaignTarget } from "../../campaign/targets";
import { createAwsTarget } from "../../campaign/targets/aws";
import { createAwsTiers } from "../../components/aws";
import type { TierFactory } from "../../components/contracts";
import { PerfbedError } from "../../core/errors";
import { freePortsInARow } from "./free-ports";

/**
 * Runs in a process of its own, started by aws-campaign.ts: a whole campaign on AWS, with two things of it changed. Its edge is an
 * application on this machine, because nothing that is deployed into an emulator runs; and it waits for less, because nobody else does.
 */
export interface DriverSettings {
  readonly name: string;
  readonly configFile: string;
  readonly resultsDir: string;
  readonly applicationUrl: string;
  readonly remoteRoot: string;
  readonly sweeperCode: string;
}

export type DriverMessage =
  | { readonly kind: "phase"; readonly phase: string }
  | {
      readonly kind: "done";
      readonly exitCode: number;
      readonly verdict: string;
      readonly proved: boolean;
      readonly files: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly exitCode: number | null;
      readonly message: string;
    };

export const DRIVER_VARIABLE = "PERFBED_TEST_CAMPAIGN";

const tell = (message: DriverMessage): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => resolve());
  });

function withEdgeHere(tiers: TierFactory, url: string): TierFactory {
  return {
    ...tiers,
    edge: (name, args, opts) => {
      const edge = tiers.edge(name, args, opts);
      // Known once the real one is: the environment stands only then.
      Object.defineProperty(edge, "url", { value: pulumi.output(edge.url).apply(() => url) });
      return edge;
    },
  };
}

async function targetOf(settings: DriverSettings): Promise<CampaignTarget> {
  return createAwsTarget({
    tiers: async (aws) =>
      withEdgeHere(
        createAwsTiers({ settings: aws, sweeperCode: settings.sweeperCode }),
        settings.applicationUrl,
      ),
    remoteRoot: settings.remoteRoot,
    fleetTimes: { leadMs: 8_000, heartbeatSeconds: 1, pollMs: 300, lostAfterMs: 30_000 },
    telemetryTimes: { waitMs: 0, pauseMs: 0 },
    sweepPauseMs: 50,
    firstApiPort: await freePortsInARow(2),
  });
}

async function main(): Promise<void> {
  process.on("unhandledRejection", () => {});
  process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
  const settings: DriverSettings = JSON.parse(process.env[DRIVER_VARIABLE] ?? "{}");
  const controller = new AbortController();
  process.on("SIGINT", () => controller.abort(new Error("SIGINT")));
  const observer: CampaignObserver = {
    ...silentObserver,
    phaseStarted: (phase) => {
      void tell({ kind: "phase", phase });
    },
    note: (text) => console.error(text),
  };
  const plan = await planCampaign({
    cwd: settings.resultsDir,
    configFile: settings.configFile,
    name: settings.name,
    resultsDir: settings.resultsDir,
    set: [],
    history: false,
    reproduce: "perfbed campaign --target aws",
  });
  const result = await runCampaign(plan, {
    observer,
    signal: controller.signal,
    target: await targetOf(settings),
  });
  await tell({
    kind: "done",
    exitCode: result.exitCode,
    verdict: result.report.verdict.kind,
    proved: result.teardown.proved,
    files: result.files,
  });
}

if (process.env[DRIVER_VARIABLE] !== undefined) {
  main()
    .catch((error: unknown) =>
      tell({
        kind: "failed",
        code: error instanceof PerfbedError ? error.code : "none",
        exitCode: error instanceof PerfbedError ? error.exitCode : null,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    )
    .finally(() => process.disconnect());
}

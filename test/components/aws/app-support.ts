import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AwsApp } from "../../../components/aws/app";
import type { AwsSettingsInput } from "../../../components/aws/settings";
import {
  type Application,
  type AppSizing,
  ScalingMetric,
  type ScalingPolicy,
  ScalingPolicyType,
} from "../../../components/contracts";
import { APPLICATION, allRegistered, environmentArgs, settled } from "../support";
import { contextWith, type Recorded, recordTier } from "./app-fleet-support";

export const DATABASE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";
export const CACHE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cache-GhIjKl";
export const VARIABLES = "arn:aws:secretsmanager:eu-west-1:123456789012:shop-app-variables";
const { environment } = environmentArgs();

export const SCALING: ScalingPolicy = {
  type: ScalingPolicyType.TargetTracking,
  metric: ScalingMetric.CpuUtilization,
  targetValue: 60,
  scaleOutCooldownSeconds: 30,
  scaleInCooldownSeconds: 90,
  instanceWarmupSeconds: 45,
  periodSeconds: 60,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  disableScaleIn: false,
};
export const SIZING: AppSizing = {
  minInstances: 2,
  maxInstances: 6,
  cpu: 2,
  memoryMiB: 4_096,
  scaling: SCALING,
};
export const STEPS: ScalingPolicy = {
  ...SCALING,
  type: ScalingPolicyType.Step,
  steps: [
    { lowerBound: 0, adjustment: 2 },
    { upperBound: -30, adjustment: -1 },
  ],
};

let folder = "";

/** The folder of the test under way. */
export const applicationFolder = (): string => folder;

/** Gives every test of a file a folder with an application, and a home of its own. */
export function withApplicationFolder(): void {
  let home: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "perfbed-aws-app-"));
    mkdirSync(join(folder, "shop"));
    writeFileSync(join(folder, "shop/server.js"), "listen();\n");
    home = process.env.PERFBED_HOME;
    process.env.PERFBED_HOME = join(folder, "home");
  });
  afterEach(() => {
    if (home === undefined) delete process.env.PERFBED_HOME;
    else process.env.PERFBED_HOME = home;
    rmSync(folder, { recursive: true, force: true });
  });
}

/** What a test wants other than usual. */
export interface Changes {
  readonly settings?: Omit<AwsSettingsInput, "region">;
  readonly sizing?: Partial<AppSizing>;
  readonly application?: Partial<Application>;
}

/** An app tier with databases and a cache beside it. */
export function constructApp({ settings = {}, sizing = {}, application = {} }: Changes): AwsApp {
  return new AwsApp(
    "shop-app",
    {
      environment,
      sizing: { ...SIZING, ...sizing },
      application: { ...APPLICATION, workingDirectory: join(folder, "shop"), ...application },
      databaseUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@proxy:5432/app`),
      databaseReplicaUrls: pulumi.output([
        `postgresql://app:{{secret:${DATABASE}:password}}@replica:5432/app`,
      ]),
      databaseAdminUrl: pulumi.output(`postgresql://app:{{secret:${DATABASE}:password}}@primary:5432/app`),
      cacheUrl: pulumi.output(`rediss://:{{secret:${CACHE}:token}}@cache:6379/0`),
    },
    contextWith(settings),
    {},
  );
}

/** The same, registered to its end. */
export async function makeApp(changes: Changes = {}): Promise<{ recorded: Recorded; app: AwsApp }> {
  const recorded = recordTier();
  const app = constructApp(changes);
  await settled(app.inService);
  await allRegistered();
  return { recorded, app };
}

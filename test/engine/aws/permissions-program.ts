import type { PulumiFn } from "@pulumi/pulumi/automation";
import {
  AppFlavour,
  type AwsSettingsInput,
  awsSizings,
  CacheFlavour,
  createAwsTiers,
  DatabaseEngine,
  FleetFlavour,
} from "../../../components/aws";
import { Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { APPLICATION } from "../../components/support";

/** Programs of permissions.test.ts: environments that together have every part that perfbed makes on AWS. */
export interface PermissionsProgram {
  readonly variant: "servers" | "managed";
  /** The second changes the expiry in all tags; of `managed` the sizes, because the emulator cannot change a user of the cache. */
  readonly phase: "first" | "changed";
  /** Any folder: the application's, and the function's. */
  readonly folder: string;
}

const REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SETTINGS: Readonly<Record<PermissionsProgram["variant"], AwsSettingsInput>> = {
  servers: {
    region: "eu-west-1",
    network: { interfaceEndpoints: ["ssm"], flowLogs: true },
    app: { schedules: [{ name: "day", recurrence: "0 7 * * MON-FRI", minInstances: 1, maxInstances: 4 }] },
    edge: { waf: true },
    fleet: { placementGroup: true },
    guard: { monthlyBudgetUsd: 50, alertEmails: ["ada@example.com"] },
  },
  managed: {
    region: "eu-west-1",
    app: { flavour: AppFlavour.Fargate, containerImage: `${REGISTRY}/shop:1` },
    database: {
      engine: DatabaseEngine.Aurora,
      replicaAutoscaling: { minReplicas: 1, maxReplicas: 3, targetCpuPercent: 60 },
    },
    cache: { flavour: CacheFlavour.Serverless },
    fleet: { flavour: FleetFlavour.Fargate, containerImage: `${REGISTRY}/k6:1` },
  },
};

export default function program({ variant, phase, folder }: PermissionsProgram): PulumiFn {
  return async () => {
    const { setup: _, ...application } = APPLICATION;
    const changed = phase === "changed";
    const expiresAt = `2030-0${changed && variant === "servers" ? 2 : 1}-01T00:00:00.000Z`;
    const tiers = createAwsTiers({ settings: SETTINGS[variant], sweeperCode: folder });
    new PerformanceEnvironment(
      "environment",
      {
        target: Target.Aws,
        environment: { id: `pb-${variant}`, owner: "ci", expiresAt, tags: {} },
        sizing: changed && variant === "managed" ? awsSizings.medium : awsSizings.small,
        application: { ...application, workingDirectory: folder },
      },
      { [Target.Aws]: tiers },
    );
  };
}

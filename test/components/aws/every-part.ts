import {
  AppFlavour,
  type AwsSettingsInput,
  CacheFlavour,
  DatabaseEngine,
  FleetFlavour,
} from "../../../components/aws";

const REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const WORKING_HOURS = { name: "day", recurrence: "0 7 * * MON-FRI", minInstances: 1, maxInstances: 4 };

/**
 * Settings of two environments that together have every part that perfbed makes on AWS. The second has no application's set-up. Neither
 * begins with a snapshot, which would have to be there before.
 */
export const EVERY_PART = {
  servers: {
    region: "eu-west-1",
    network: { interfaceEndpoints: ["ssm"], flowLogs: true },
    app: { schedules: [WORKING_HOURS], warmPool: { minSize: 1, running: false } },
    edge: { waf: true },
    fleet: { placementGroup: true },
    guard: { monthlyBudgetUsd: 50, alertEmails: ["ada@example.com"] },
  },
  managed: {
    region: "eu-west-1",
    app: { flavour: AppFlavour.Fargate, containerImage: `${REGISTRY}/shop:1`, schedules: [WORKING_HOURS] },
    database: {
      engine: DatabaseEngine.Aurora,
      replicaAutoscaling: { minReplicas: 1, maxReplicas: 3, targetCpuPercent: 60 },
    },
    cache: { flavour: CacheFlavour.Serverless },
    fleet: { flavour: FleetFlavour.Fargate, containerImage: `${REGISTRY}/k6:1` },
  },
} as const satisfies Readonly<Record<string, AwsSettingsInput>>;

import { ConfigError, type Problem } from "../../../core/errors";
import { type AppArgs, ScalingMetric, ScalingPolicyType } from "../../contracts";
import { chooseInstanceType, instanceTypeNamed } from "../instance-types";
import { fargateSize } from "../instances/fargate-size";
import { AppFlavour, type AppSettings, type AwsSettings, NatStrategy } from "../settings";
import { applicationCronProblem, isCron } from "./cron";
import { FARGATE_SETUP_LIMIT_SECONDS } from "./fargate-containers";
import { stepProblems } from "./scaling-policies";

type Inputs = Pick<AppArgs, "sizing" | "application">;

/** Endpoints that instances need when nothing else leads out of their network. */
const EC2_ENDPOINTS = ["autoscaling", "secretsmanager"];
const FARGATE_ENDPOINTS = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];

/** The problems of a ConfigError that a choice throws; none when it can be made. */
function problemsOf(choose: () => unknown): readonly Problem[] {
  try {
    choose();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function scalingProblems(inputs: Inputs, settings: AppSettings): Problem[] {
  const { scaling } = inputs.sizing;
  const { requestsPerTargetPerMinute: requests } = settings;
  const problems: Problem[] = [];
  if (scaling.type === ScalingPolicyType.Step) {
    for (const allowed of stepProblems(scaling))
      problems.push({ field: "sizing.app.scaling.steps", allowed });
    if (requests !== undefined) {
      problems.push({
        field: "aws.app.requestsPerTargetPerMinute",
        value: requests,
        allowed: "only with a target-tracking policy",
      });
    }
  }
  if (requests !== undefined && !(requests > 0)) {
    problems.push({
      field: "aws.app.requestsPerTargetPerMinute",
      value: requests,
      allowed: "a number above 0",
    });
  }
  if (
    settings.predictiveScaling &&
    requests === undefined &&
    scaling.metric !== ScalingMetric.CpuUtilization
  ) {
    problems.push({
      field: "aws.app.predictiveScaling",
      value: true,
      allowed: "only with the CPU as metric, or with requestsPerTargetPerMinute",
      hint: "AWS has no forecast of requests in flight.",
    });
  }
  settings.schedules.forEach(({ recurrence, minInstances, maxInstances }, index) => {
    const field = `aws.app.schedules[${index}]`;
    const wrong = isCron(recurrence)
      ? settings.flavour === AppFlavour.Fargate
        ? applicationCronProblem(recurrence)
        : undefined
      : "a cron expression of five fields, in UTC";
    if (wrong !== undefined)
      problems.push({ field: `${field}.recurrence`, value: recurrence, allowed: wrong });
    if (!(minInstances >= 0 && minInstances <= maxInstances)) {
      problems.push({
        field,
        value: { minInstances, maxInstances },
        allowed: "minInstances of at most maxInstances",
      });
    }
  });
  return problems;
}

function instanceTypeProblems(inputs: Inputs, settings: AppSettings): Problem[] {
  const { cpu, memoryMiB } = inputs.sizing;
  const { architecture, instanceType, spot } = settings;
  const named = [
    ...(instanceType === undefined ? [] : [{ field: "aws.app.instanceType", value: instanceType }]),
    ...(spot?.instanceTypes ?? []).map((value, index) => ({
      field: `aws.app.spot.instanceTypes[${index}]`,
      value,
    })),
  ];
  const problems = named.flatMap(({ field, value }): Problem[] => {
    const type = instanceTypeNamed(value);
    // Types that perfbed does not know are the user's own responsibility.
    if (type === undefined) return [];
    if (type.architecture !== architecture)
      return [{ field, value, allowed: `a type with a processor of ${architecture}` }];
    if (type.vcpus >= cpu && type.memoryMiB >= memoryMiB) return [];
    return [
      { field, value, allowed: `a type with ${cpu} vCPUs and ${memoryMiB} MiB or more, as the sizing asks` },
    ];
  });
  if (instanceType === undefined)
    problems.push(...problemsOf(() => chooseInstanceType(cpu, memoryMiB, architecture)));
  return problems;
}

function ec2Problems(inputs: Inputs, settings: AppSettings): Problem[] {
  const problems = instanceTypeProblems(inputs, settings);
  if (settings.warmPool !== undefined && settings.spot !== undefined) {
    problems.push({
      field: "aws.app.warmPool",
      allowed: "no warm pool together with spot instances",
      hint: "Spot instances cannot be stopped and kept.",
    });
  }
  for (const name of settings.packages) {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._+-]*$/.test(name))
      problems.push({ field: "aws.app.packages", value: name, allowed: "names of packages" });
  }
  return problems;
}

function fargateProblems(inputs: Inputs, settings: AppSettings): Problem[] {
  const { sizing, application } = inputs;
  const problems: Problem[] = [...problemsOf(() => fargateSize(sizing.cpu, sizing.memoryMiB, "sizing.app"))];
  if (settings.containerImage === undefined) {
    problems.push({ field: "aws.app.containerImage", allowed: "a container image, for the Fargate flavour" });
  }
  for (const [field, set] of [
    ["warmPool", settings.warmPool !== undefined],
    ["spot", settings.spot !== undefined],
    ["predictiveScaling", settings.predictiveScaling],
  ] as const) {
    if (set) problems.push({ field: `aws.app.${field}`, allowed: "nothing with Fargate: it belongs to EC2" });
  }
  const timeout = application.setup?.timeoutSeconds ?? 0;
  if (timeout > FARGATE_SETUP_LIMIT_SECONDS) {
    problems.push({
      field: "application.setup.timeoutSeconds",
      value: timeout,
      allowed: `at most ${FARGATE_SETUP_LIMIT_SECONDS} on Fargate`,
      hint: "ECS lets a container wait no longer for another. Longer set-ups need the EC2 flavour.",
    });
  }
  return problems;
}

function networkProblems({ network, app }: AwsSettings, inputs: Inputs): Problem[] {
  if (network.nat !== NatStrategy.None) return [];
  const fargate = app.flavour === AppFlavour.Fargate;
  const needed = fargate ? FARGATE_ENDPOINTS : EC2_ENDPOINTS;
  const missing = needed.filter((endpoint) => !network.interfaceEndpoints.includes(endpoint));
  const problems: Problem[] = [];
  if (missing.length > 0) {
    problems.push({
      field: "aws.network.interfaceEndpoints",
      value: network.interfaceEndpoints,
      allowed: `with ${missing.join(", ")} as well, as long as there is no NAT`,
    });
  }
  if (fargate && inputs.application.setup !== undefined) {
    problems.push({
      field: "aws.network.nat",
      value: network.nat,
      allowed: "a NAT gateway, for a set-up on Fargate",
      hint: "Its containers come from ECR's public gallery.",
    });
  }
  return problems;
}

/** Masking is run by the first instance: nothing of a task can run as long as restored data may take. */
function maskingProblems({ app, database }: AwsSettings): Problem[] {
  if (database.masking === undefined || app.flavour !== AppFlavour.Fargate) return [];
  return [
    {
      field: "aws.database.masking",
      value: database.masking,
      allowed: "nothing with an app on Fargate",
      hint: "Use the EC2 flavour, or mask the data before you make the snapshot.",
    },
  ];
}

/** Everything about the app tier that AWS would refuse, or that would fail only at an instance's boot. */
export function appProblems(inputs: Inputs, settings: AwsSettings): readonly Problem[] {
  const { app } = settings;
  return [
    ...(app.flavour === AppFlavour.Fargate ? fargateProblems(inputs, app) : ec2Problems(inputs, app)),
    ...scalingProblems(inputs, app),
    ...networkProblems(settings, inputs),
    ...maskingProblems(settings),
  ];
}

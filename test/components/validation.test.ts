import { ScalingMetric, ScalingPolicyType, Target } from "../../components/contracts";
import { PerformanceEnvironment } from "../../components/environment";
import { localSizings } from "../../components/local";
import { environmentTags } from "../../components/tagging";
import { validateEnvironmentArgs } from "../../components/validation";
import { ConfigError } from "../../core/errors";
import { APPLICATION, environmentArgs, recordRegistrations, sizing, targets } from "./support";

const fieldsOf = (args = environmentArgs()): string[] =>
  validateEnvironmentArgs(args).map(({ field }) => field);

describe("arguments of an environment", () => {
  test.each(Object.entries(localSizings))("the sizing %s is valid and bears its own name", (name, preset) => {
    expect(preset.name).toBe(name);
    expect(validateEnvironmentArgs(environmentArgs({ sizing: preset }))).toEqual([]);
  });

  test("all problems are found at once, each with its path, its value and what is allowed", () => {
    const small = sizing();
    const problems = validateEnvironmentArgs(
      environmentArgs({
        environment: { id: "Bad_Id", owner: " ", expiresAt: "tomorrow", tags: { "perfbed:owner": "me" } },
        sizing: {
          ...small,
          app: {
            ...small.app,
            minInstances: 4,
            maxInstances: 2,
            cpu: 0,
            memoryMiB: 8,
            scaling: { ...small.app.scaling, targetValue: 101, periodSeconds: Number.NaN },
          },
          database: { ...small.database, replicas: 6, poolSize: 900, memoryMiB: 64 },
          fleet: { generators: 1.5 },
        },
        application: {
          ...APPLICATION,
          command: [],
          workingDirectory: "relative",
          healthPath: 'health"\n',
          environment: { PORT: "80", "not a name": "x" },
        },
      }),
    );
    expect(problems.map(({ field }) => field)).toEqual([
      "environment.id",
      "environment.owner",
      "environment.expiresAt",
      "environment.tags.perfbed:owner",
      "sizing.app.maxInstances",
      "sizing.app.cpu",
      "sizing.app.memoryMiB",
      "sizing.app.scaling.targetValue",
      "sizing.app.scaling.periodSeconds",
      "sizing.database.memoryMiB",
      "sizing.database.replicas",
      "sizing.database.poolSize",
      "sizing.fleet.generators",
      "application.workingDirectory",
      "application.command",
      "application.healthPath",
      "application.environment.PORT",
      "application.environment.not a name",
    ]);
    expect(problems[4]).toEqual({
      field: "sizing.app.maxInstances",
      value: 2,
      allowed: "at least minInstances (4)",
    });
    expect(problems[10]).toEqual({
      field: "sizing.database.replicas",
      value: 6,
      allowed: "a whole number from 0 to 5",
    });
  });

  test("values of environment variables are never printed", () => {
    const application = { ...APPLICATION, environment: { DATABASE_URL: "a-secret" } };
    expect(JSON.stringify(validateEnvironmentArgs(environmentArgs({ application })))).not.toContain(
      "a-secret",
    );
  });

  test("steps need a step policy, must not overlap, and must change something", () => {
    const small = sizing();
    const withPolicy = (
      type: ScalingPolicyType,
      steps: { lowerBound?: number; upperBound?: number; adjustment: number }[],
    ) =>
      fieldsOf(
        environmentArgs({
          sizing: {
            ...small,
            app: {
              ...small.app,
              scaling: {
                ...small.app.scaling,
                type,
                metric: ScalingMetric.InFlightRequests,
                targetValue: 500,
                steps,
              },
            },
          },
        }),
      );
    expect(withPolicy(ScalingPolicyType.TargetTracking, [{ adjustment: 1 }])).toEqual([
      "sizing.app.scaling.steps",
    ]);
    expect(withPolicy(ScalingPolicyType.Step, [])).toEqual(["sizing.app.scaling.steps.length"]);
    expect(
      withPolicy(ScalingPolicyType.Step, [
        { upperBound: 0, adjustment: -1 },
        { lowerBound: 0, upperBound: 20, adjustment: 1 },
        { lowerBound: 20, adjustment: 2 },
      ]),
    ).toEqual([]);
    expect(
      withPolicy(ScalingPolicyType.Step, [
        { lowerBound: 0, upperBound: 20, adjustment: 1 },
        { lowerBound: 10, adjustment: 0 },
        { lowerBound: 9, upperBound: 9, adjustment: 1 },
      ]),
    ).toEqual([
      "sizing.app.scaling.steps[0]",
      "sizing.app.scaling.steps[1].adjustment",
      "sizing.app.scaling.steps[2]",
    ]);
  });

  test("bad arguments throw before anything is registered, the target's name among them", () => {
    const registrations = recordRegistrations();
    const args = environmentArgs({
      target: Target.Aws,
      environment: { id: "x", owner: "ada", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} },
    });
    let thrown: unknown;
    try {
      new PerformanceEnvironment("shop", args, targets());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(thrown).toMatchObject({
      code: "PERFBED_CONFIG",
      problems: [{ field: "target", value: "aws", allowed: "local" }, { field: "environment.id" }],
    });
    expect(registrations).toEqual([]);
  });
});

test("tags name the environment, its owner and its expiry, whatever the user's own tags say", () => {
  const { environment } = environmentArgs();
  const tags = { team: "checkout", "perfbed:owner": "somebody else" };
  expect(environmentTags({ ...environment, tags })).toEqual({
    team: "checkout",
    "perfbed:environment": "pb-test",
    "perfbed:owner": "ada",
    "perfbed:expires-at": "2030-01-01T00:00:00.000Z",
  });
});

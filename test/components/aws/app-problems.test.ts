import { appProblems } from "../../../components/aws/app/problems";
import { AppFlavour, awsSettings, CpuArchitecture, NatStrategy } from "../../../components/aws/settings";
import { ScalingMetric } from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { APPLICATION } from "../support";
import { recordTier } from "./app-fleet-support";
import { type Changes, constructApp, SCALING, SIZING, STEPS, withApplicationFolder } from "./app-support";

withApplicationFolder();

describe("what an app tier cannot be", () => {
  const fields = ({ settings = {}, sizing = {}, application = {} }: Changes): string[] =>
    appProblems(
      { sizing: { ...SIZING, ...sizing }, application: { ...APPLICATION, ...application } },
      awsSettings({ region: "eu-west-1", ...settings }),
    ).map(({ field }) => field);
  const spot = { onDemandBase: 1, onDemandPercentAboveBase: 0, instanceTypes: ["c7g.medium"] };
  const fargate = { flavour: AppFlavour.Fargate, containerImage: "image" };

  test.each<[string, Changes, string[]]>([
    ["the defaults", {}, []],
    ["more than one instance holds", { sizing: { cpu: 100 } }, ["sizing.app"]],
    ["a type too small", { settings: { app: { instanceType: "c7g.medium" } } }, ["aws.app.instanceType"]],
    [
      "a type of another processor",
      { settings: { app: { instanceType: "m7g.large", architecture: CpuArchitecture.X8664 } } },
      ["aws.app.instanceType"],
    ],
    ["a type that perfbed does not know", { settings: { app: { instanceType: "z99.huge" } } }, []],
    ["a spot type too small", { settings: { app: { spot } } }, ["aws.app.spot.instanceTypes[0]"]],
    [
      "a warm pool of spot instances",
      {
        settings: { app: { spot: { ...spot, instanceTypes: [] }, warmPool: { minSize: 1, running: true } } },
      },
      ["aws.app.warmPool"],
    ],
    [
      "a package that is an option",
      { settings: { app: { packages: ["--installroot=/x"] } } },
      ["aws.app.packages"],
    ],
    [
      "steps that AWS refuses",
      { sizing: { scaling: { ...STEPS, steps: [{ adjustment: 1 }] } } },
      ["sizing.app.scaling.steps"],
    ],
    [
      "requests a target with steps",
      { settings: { app: { requestsPerTargetPerMinute: 10 } }, sizing: { scaling: STEPS } },
      ["aws.app.requestsPerTargetPerMinute"],
    ],
    [
      "a forecast of requests in flight",
      {
        settings: { app: { predictiveScaling: true } },
        sizing: { scaling: { ...SCALING, metric: ScalingMetric.InFlightRequests } },
      },
      ["aws.app.predictiveScaling"],
    ],
    [
      "a schedule that is none",
      {
        settings: {
          app: { schedules: [{ name: "x", recurrence: "daily", minInstances: 3, maxInstances: 2 }] },
        },
      },
      ["aws.app.schedules[0].recurrence", "aws.app.schedules[0]"],
    ],
    [
      "no way out for EC2",
      { settings: { network: { nat: NatStrategy.None } } },
      ["aws.network.interfaceEndpoints"],
    ],
    [
      "endpoints in place of NAT",
      {
        settings: {
          network: { nat: NatStrategy.None, interfaceEndpoints: ["autoscaling", "secretsmanager"] },
        },
      },
      [],
    ],
    [
      "Fargate without an image",
      { settings: { app: { flavour: AppFlavour.Fargate } } },
      ["aws.app.containerImage"],
    ],
    [
      "Fargate with what is EC2's",
      {
        settings: {
          app: { ...fargate, predictiveScaling: true, warmPool: { minSize: 1, running: true }, spot },
        },
      },
      ["aws.app.warmPool", "aws.app.spot", "aws.app.predictiveScaling"],
    ],
    [
      "a long set-up on Fargate",
      { settings: { app: fargate }, application: { setup: { command: ["x"], timeoutSeconds: 121 } } },
      ["application.setup.timeoutSeconds"],
    ],
    [
      "masking on Fargate, where no task can wait for it",
      {
        settings: {
          app: fargate,
          database: { snapshotIdentifier: "production", masking: { sqlFile: __filename } },
        },
      },
      ["aws.database.masking"],
    ],
    ["a task too large for Fargate", { settings: { app: fargate }, sizing: { cpu: 32 } }, ["sizing.app"]],
  ])("%s", (_, changes, expected) => {
    expect(fields(changes)).toEqual(expected);
  });

  test("it is refused before anything is registered", () => {
    const recorded = recordTier();
    expect(() => constructApp({ settings: { app: { flavour: AppFlavour.Fargate } } })).toThrow(ConfigError);
    expect(recorded.registrations).toEqual([]);
  });
});

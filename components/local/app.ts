import * as pulumi from "@pulumi/pulumi";
import { ApmKind, ApmLanguage, apmAgent } from "../apm/model";
import { apmIdentity, openTelemetryVariables } from "../apm/variables";
import { type AppArgs, type AppOutputs, TelemetryKind, type TelemetrySource } from "../contracts";
import { AUTOSCALER_SERVICE } from "./application/group-state";
import { ApplicationSetupRun, AutoscalingGroup, LoadBalancer } from "./application/resources";
import { childOptions, type LocalContext, placed } from "./context";

const TIER = "app";

/** What makes a program of Node.js trace itself, if it has OpenTelemetry's package for that. */
const NODE_INSTRUMENTATION = { NODE_OPTIONS: "--require @opentelemetry/auto-instrumentations-node/register" };

/** Variables of the agents for every instance; the application's own go before them. */
function apmVariables(args: AppArgs): pulumi.Input<Record<string, string>> {
  const agent = apmAgent(args.apm, ApmKind.OpenTelemetry);
  if (args.apm === undefined || agent === undefined || args.otlpEndpoint === undefined) return {};
  const identity = apmIdentity(args.apm, args.environment, args.application);
  return pulumi.output(args.otlpEndpoint).apply((endpoint) => ({
    ...(agent.languages.includes(ApmLanguage.Node) ? NODE_INSTRUMENTATION : {}),
    ...openTelemetryVariables(identity, agent, endpoint),
  }));
}

/** HAProxy, the application's set-up, and the autoscaled instances. */
export class LocalApp extends pulumi.ComponentResource implements AppOutputs {
  readonly url: pulumi.Output<string>;
  readonly inService: pulumi.Output<number>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: AppArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:local:App", name, {}, opts);
    const { application } = args;
    const options = childOptions(this, opts);
    const common = placed(context, args);
    const connections = {
      databaseUrl: pulumi.secret(args.databaseUrl),
      databaseReplicaUrls: pulumi.secret(args.databaseReplicaUrls),
      cacheUrl: pulumi.secret(args.cacheUrl),
    };
    // A user's own variables may hold secrets; only their names are known to be harmless.
    const variables: pulumi.Output<Record<string, string>> = pulumi
      .secret(application.environment)
      .apply((environment) => ({ ...environment }));

    const balancer = new LoadBalancer(
      `${name}-balancer`,
      {
        ...common,
        service: "load-balancer",
        tool: context.tools.haproxy,
        readyPath: application.readyPath,
        drainSeconds: application.drainSeconds,
      },
      options,
    );

    const setup =
      application.setup === undefined
        ? undefined
        : new ApplicationSetupRun(
            `${name}-setup`,
            {
              ...common,
              cacheUrl: connections.cacheUrl,
              service: "app-setup",
              databaseAdminUrl: pulumi.secret(args.databaseAdminUrl),
              version: application.version,
              workingDirectory: application.workingDirectory,
              command: [...application.setup.command],
              environment: variables,
              timeoutSeconds: application.setup.timeoutSeconds,
            },
            options,
          );

    const group = new AutoscalingGroup(
      `${name}-autoscaling-group`,
      {
        ...common,
        ...connections,
        service: AUTOSCALER_SERVICE,
        application: {
          name: application.name,
          version: application.version,
          workingDirectory: application.workingDirectory,
          command: [...application.command],
          healthPath: application.healthPath,
          readyPath: application.readyPath,
          startTimeoutSeconds: application.startTimeoutSeconds,
          drainSeconds: application.drainSeconds,
        },
        environment: pulumi
          .all([apmVariables(args), variables])
          .apply(([ofAgents, own]) => ({ ...ofAgents, ...own })),
        sizing: args.sizing,
        balancerSocketPath: balancer.socketPath,
        setupCompletedAt: setup?.completedAt,
      },
      options,
    );

    this.url = balancer.url;
    this.inService = group.inService;
    this.telemetry = pulumi.all([balancer.socketPath, group.eventsPath]).apply(([socket, events]) => [
      { kind: TelemetryKind.Haproxy, name: "load-balancer", tier: TIER, endpoint: socket },
      { kind: TelemetryKind.Autoscaler, name: "autoscaler", tier: TIER, endpoint: events },
    ]);
    this.registerOutputs({ url: this.url, inService: this.inService, telemetry: this.telemetry });
  }
}

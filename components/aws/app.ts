import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../core/errors";
import type { AppArgs, AppOutputs, TelemetrySource } from "../contracts";
import { resolveReferences } from "../local/application/variables";
import { awsApmProblems } from "./apm/problems";
import { createFargateService } from "./app/fargate";
import { createInstances } from "./app/instances";
import type { AppParts } from "./app/parts";
import { appProblems } from "./app/problems";
import { type AwsContext, childOptions } from "./context";
import { AppFlavour } from "./settings";

/**
 * The system under test behind an Application Load Balancer: EC2 instances in an Auto Scaling group, or tasks on Fargate.
 *
 * The sizing's scaling policy is AWS's own here, with what AWS makes of it: metrics come by the minute, target tracking acts after three
 * minutes above its target and fifteen below, and CPU is that of the whole instance, which may be larger than the sizing asks.
 * @throws ConfigError with every problem of sizing, application and settings, before anything is created
 */
export class AwsApp extends pulumi.ComponentResource implements AppOutputs {
  readonly url: pulumi.Output<string>;
  readonly inService: pulumi.Output<number>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: AppArgs, context: AwsContext, opts: pulumi.ComponentResourceOptions) {
    const problems = [...appProblems(args, context.settings), ...awsApmProblems(args.apm, context.settings)];
    if (problems.length > 0) throw new ConfigError("AWS app tier", problems);
    const variables = resolveReferences(args.application.environment, process.env);
    super("perfbed:aws:App", name, {}, opts);
    const parts: AppParts = {
      args,
      context,
      parent: this,
      connections: pulumi.output({
        databaseUrl: args.databaseUrl,
        databaseReplicaUrls: args.databaseReplicaUrls,
        databaseAdminUrl: args.databaseAdminUrl,
        cacheUrl: args.cacheUrl,
      }),
      variables,
    };
    const options = childOptions(this, opts);
    const create =
      context.settings.app.flavour === AppFlavour.Fargate ? createFargateService : createInstances;
    const { url, inService } = create(name, parts, options);
    this.url = url;
    this.inService = inService;
    // CloudWatch holds this tier's figures; the live sources of the contract are all ones that are connected to.
    this.telemetry = pulumi.output<TelemetrySource[]>([]);
    this.registerOutputs({ url: this.url, inService: this.inService, telemetry: this.telemetry });
  }
}

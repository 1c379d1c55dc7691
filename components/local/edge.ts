import * as pulumi from "@pulumi/pulumi";
import { type EdgeArgs, type EdgeOutputs, TelemetryKind, type TelemetrySource } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { EdgeReadiness, Varnish } from "./varnish/resources";

const TIER = "edge";

/** Varnish as the CDN edge. */
export class LocalEdge extends pulumi.ComponentResource implements EdgeOutputs {
  readonly url: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: EdgeArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    super("perfbed:local:Edge", name, {}, opts);
    const { sizing } = args;
    const options = childOptions(this, opts);
    const common = placed(context, args);
    const varnish = new Varnish(
      `${name}-varnish`,
      {
        ...common,
        service: "edge-varnish",
        cpu: sizing.cpu,
        memoryMiB: sizing.memoryMiB,
        tool: context.tools.varnish,
        originUrl: args.originUrl,
        originHealthPath: args.originHealthPath,
        defaultTtlSeconds: sizing.defaultTtlSeconds,
        graceSeconds: sizing.graceSeconds,
      },
      options,
    );
    const readiness = new EdgeReadiness(
      `${name}-readiness`,
      {
        ...common,
        url: pulumi.interpolate`http://127.0.0.1:${varnish.port}`,
        healthPath: args.originHealthPath,
        originInService: args.originInService,
      },
      options,
    );
    this.url = readiness.readyUrl;
    this.telemetry = varnish.workingFolder.apply((endpoint) => [
      { kind: TelemetryKind.Varnish, name: "edge-varnish", tier: TIER, endpoint },
    ]);
    this.registerOutputs({ url: this.url, telemetry: this.telemetry });
  }
}

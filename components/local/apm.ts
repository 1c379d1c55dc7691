import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../core/errors";
import { type ApmAgent, ApmKind, apmAgent } from "../apm/model";
import { type ApmArgs, type ApmOutputs, TelemetryKind, type TelemetrySource } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { Otelcol } from "./otelcol/resource";
import type { OtelcolInputs } from "./otelcol/server";
import type { LocalTool } from "./provider/tool";

const TIER = "apm";
const SERVICE = "apm-collector";

function forwardOf({ endpoint, apiKey, apiKeyHeader }: ApmAgent): OtelcolInputs["forward"] {
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    ...(apiKey === undefined ? {} : { key: { header: apiKeyHeader, reference: apiKey } }),
  };
}

function collectorOf({ otelcol }: LocalContext["tools"]): LocalTool {
  if (otelcol !== undefined) return otelcol;
  throw new ConfigError("Agents", [
    {
      field: "apm",
      value: ApmKind.OpenTelemetry,
      allowed: "on machines with an OpenTelemetry Collector",
      hint: "Put otelcol on PATH, or set PERFBED_OTELCOL_PATH; `perfbed campaign` installs it where Go is.",
    },
  ]);
}

/**
 * An OpenTelemetry Collector for all instances, if `opentelemetry` is asked for. Prometheus metrics need no process of their own: the
 * campaign reads them from each instance, on the clock of all other figures.
 */
export class LocalApm extends pulumi.ComponentResource implements ApmOutputs {
  readonly otlpEndpoint: pulumi.Output<string> | undefined;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: ApmArgs, context: LocalContext, opts: pulumi.ComponentResourceOptions) {
    const agent = apmAgent(args.settings, ApmKind.OpenTelemetry);
    const tool = agent === undefined ? undefined : collectorOf(context.tools);
    super("perfbed:local:Apm", name, {}, opts);
    if (agent === undefined || tool === undefined) {
      this.telemetry = pulumi.output<TelemetrySource[]>([]);
    } else {
      const forward = forwardOf(agent);
      const collector = new Otelcol(
        `${name}-collector`,
        {
          ...placed(context, args),
          service: SERVICE,
          tool,
          ...(forward === undefined ? {} : { forward }),
        },
        childOptions(this, opts),
      );
      this.otlpEndpoint = pulumi.interpolate`http://127.0.0.1:${collector.port}`;
      this.telemetry = collector.folder.apply((endpoint) => [
        { kind: TelemetryKind.OpenTelemetryFiles, name: SERVICE, tier: TIER, endpoint },
      ]);
    }
    this.registerOutputs({ otlpEndpoint: this.otlpEndpoint, telemetry: this.telemetry });
  }
}

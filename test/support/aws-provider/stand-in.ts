import { AwsApi, type AwsCall } from "./api";
import { type AwsFaults, AwsPackage } from "./aws-package";
import { AwsxPackage } from "./awsx-package";
import { KeptResources } from "./kept-types";
import { RandomPackage } from "./random-package";
import { serveProvider } from "./server";
import { TypeRegistry } from "./types";

export interface AwsStandInOptions extends AwsFaults {
  /** The emulator, see ../moto-server.ts. */
  readonly motoUrl: string;
  /** Every nth call of the API is refused once as too many. */
  readonly throttleEvery?: number;
}

export interface AwsStandIn {
  /** Variables for the Pulumi engine, beside its own: which providers are attached instead of started. */
  readonly engineVariables: Readonly<Record<string, string>>;
  /** Every call of the AWS API so far, in order, refused ones as well; for types that the stand-in keeps itself, those that AWS would need. */
  callsSeen(): readonly AwsCall[];
  /** Resources of `aws` that were to be made so far, also those refused. */
  creates(): number;
  /** The nth resource of `aws` to be made from now on is refused, and no other. */
  failCreate(nth: number, message: string): void;
  /** Calls that were refused as too many. */
  throttled(): number;
  /** What exists of the types that the emulator does not know, as `type id`. */
  kept(): readonly string[];
  /** Type tokens of `aws` that it knows. */
  types(): Promise<readonly string[]>;
  stop(): void;
}

/** Serves stand-ins for the providers `aws`, `awsx` and `random` on loopback ports, in this process. Limits: see README.md. */
export async function startAwsStandIn(options: AwsStandInOptions): Promise<AwsStandIn> {
  const { motoUrl, throttleEvery } = options;
  const api = new AwsApi({ endpoint: motoUrl, ...(throttleEvery === undefined ? {} : { throttleEvery }) });
  const kept = new KeptResources(api);
  const types = new TypeRegistry(kept);
  const aws = new AwsPackage(api, types, options);
  const packages = [aws, new AwsxPackage(aws.version), new RandomPackage()];
  const served = await Promise.all(packages.map(serveProvider));
  return {
    engineVariables: {
      PULUMI_DEBUG_PROVIDERS: served.map(({ address }) => address).join(","),
      // Providers are attached: the engine must not go looking for their programs.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    callsSeen: () => [...api.calls],
    creates: () => aws.creates,
    failCreate: (nth, message) => aws.failCreate(nth, message),
    throttled: () => api.throttled,
    kept: () => kept.list(),
    types: () => types.tokens(),
    stop() {
      for (const { stop } of served) stop();
      api.close();
    },
  };
}

import * as pulumi from "@pulumi/pulumi";
import { compiledModule } from "../../../core/home";
import { type LocalKind, PROVIDER_KEY } from "./kinds";

/**
 * The engine stores a dynamic provider as source text that exports `handler`, and runs it in a process of its own. The SDK would generate
 * that text from closures; ours only names the compiled module with the real code. Written by hand it is short, the same every time, and
 * spares each program the TypeScript compiler that the SDK loads to read closures (a quarter of a second).
 */
export function providerText(kind: LocalKind): string {
  const runtime = compiledModule("components/local/provider/runtime");
  return `exports.handler = () => require(${JSON.stringify(runtime)}).providerFor(${JSON.stringify(kind)});`;
}

/** A kind's inputs as a component gives them: each may still be an output of something else. */
export type ResourceArgs<Inputs> = {
  readonly [Key in keyof Inputs]: pulumi.Input<NonNullable<Inputs[Key]>> | OptionalPart<Inputs[Key]>;
};
type OptionalPart<Value> = undefined extends Value ? undefined : never;

/** What is known of every service once it runs; see service.ts. */
export const SERVICE_OUTPUTS = ["port", "ports", "pid", "startTicks", "folder"] as const;

/** A resource of the local target. `outputs` names what creating it finds out; the subclass declares them. */
export abstract class LocalResource extends pulumi.CustomResource {
  protected constructor(
    kind: LocalKind,
    name: string,
    inputs: object,
    outputs: readonly string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    const unknown = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const properties = { ...inputs, ...unknown, [PROVIDER_KEY]: providerText(kind) };
    super(`pulumi-nodejs:dynamic/perfbed/local:${kind}`, name, properties, opts);
  }
}

/** A resource that is a process listening on a port. */
export abstract class LocalService extends LocalResource {
  /** Loopback port. */
  declare readonly port: pulumi.Output<number>;
  /** Its own folder within the environment's. */
  declare readonly folder: pulumi.Output<string>;

  protected constructor(
    kind: LocalKind,
    name: string,
    inputs: object,
    opts: pulumi.CustomResourceOptions,
    furtherOutputs: readonly string[] = [],
  ) {
    super(kind, name, inputs, [...SERVICE_OUTPUTS, ...furtherOutputs], opts);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import { formatProblem, PerfbedError } from "../../../core/errors";
import { LocalKind } from "./kinds";
import type { Lifecycle, Properties } from "./lifecycle";

/**
 * What the dynamic provider's process runs. The engine keeps only the path of this module (see resource.ts); each kind's code is loaded
 * when it is first needed.
 */
const LIFECYCLES: Readonly<Record<LocalKind, () => Promise<Lifecycle>>> = {
  [LocalKind.Environment]: async () => (await import("../foundation/environment")).environmentLifecycle,
  [LocalKind.Credential]: async () => (await import("../foundation/credential")).credentialLifecycle,
  [LocalKind.PostgresPrimary]: async () => (await import("../postgres/primary")).primaryLifecycle,
  [LocalKind.PostgresReplica]: async () => (await import("../postgres/replica")).replicaLifecycle,
  [LocalKind.Pgbouncer]: async () => (await import("../pgbouncer/pool")).pgbouncerLifecycle,
  [LocalKind.Redis]: async () => (await import("../redis/server")).redisLifecycle,
  [LocalKind.LoadBalancer]: async () => (await import("../application/load-balancer")).loadBalancerLifecycle,
  [LocalKind.ApplicationSetup]: async () => (await import("../application/setup")).setupLifecycle,
  [LocalKind.AutoscalingGroup]: async () =>
    (await import("../application/autoscaling-group")).autoscalingGroupLifecycle,
  [LocalKind.Varnish]: async () => (await import("../varnish/server")).varnishLifecycle,
  [LocalKind.EdgeReadiness]: async () => (await import("../varnish/readiness")).edgeReadinessLifecycle,
  [LocalKind.FleetSlots]: async () => (await import("../fleet/slots")).fleetSlotsLifecycle,
  [LocalKind.Otelcol]: async () => (await import("../otelcol/server")).otelcolLifecycle,
};

/** The engine passes only an error's message on: code, problems and hint travel in it. */
function engineError(error: unknown): Error {
  if (!(error instanceof PerfbedError)) return error instanceof Error ? error : new Error(String(error));
  const parts = [error.message, ...error.problems.map(formatProblem)];
  if (error.hint !== undefined) parts.push(error.hint);
  return new Error(`[${error.code}] ${parts.join("\n")}`, { cause: error });
}

async function drive<T>(
  kind: LocalKind,
  state: Properties,
  action: (life: Lifecycle) => T | Promise<T>,
): Promise<T> {
  // A later command may run in a shell with other settings; the environment stays where it was made.
  if (typeof state.home === "string") process.env.PERFBED_HOME = state.home;
  try {
    return await action(await LIFECYCLES[kind]());
  } catch (error) {
    throw engineError(error);
  }
}

/** What the engine drives for resources of one kind; `handler` in the text from resource.ts returns it. */
export function providerFor(kind: LocalKind): pulumi.dynamic.ResourceProvider<Properties, Properties> {
  return {
    diff: (_id, olds, news) => drive(kind, news, (life) => life.diff(olds, news)),
    create: (inputs) => drive(kind, inputs, (life) => life.create(inputs)),
    update: (id, olds, news) =>
      drive(kind, news, async (life) => ({ outs: await life.update(id, olds, news) })),
    delete: (id, state) => drive(kind, state, (life) => life.delete(id, state)),
  };
}

/** Kinds of dynamic resource on the local target; the value is the last part of the Pulumi type `…/perfbed/local:<kind>`. */
export enum LocalKind {
  Environment = "Environment",
  Credential = "Credential",
  PostgresPrimary = "PostgresPrimary",
  PostgresReplica = "PostgresReplica",
  Pgbouncer = "Pgbouncer",
  Redis = "Redis",
  LoadBalancer = "LoadBalancer",
  ApplicationSetup = "ApplicationSetup",
  AutoscalingGroup = "AutoscalingGroup",
  Varnish = "Varnish",
  EdgeReadiness = "EdgeReadiness",
  FleetSlots = "FleetSlots",
  Otelcol = "Otelcol",
}

/** Property under which the engine keeps the text of a dynamic provider. */
export const PROVIDER_KEY = "__provider";

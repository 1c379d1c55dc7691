import type { Target } from "../components/contracts";

/**
 * Arguments of the environment as other languages see them. They keep to what Pulumi's schema inference knows: no read-only arrays, no mapped
 * types, no unions. Everything else is as in components/contracts.ts.
 */

/** A command run once, before the first instance starts: migrate and seed. */
export interface SetupArgs {
  /** Program and arguments; no shell. */
  command: string[];
  /** Default: 120. */
  timeoutSeconds?: number;
}

/** The system under test. */
export interface ApplicationArgs {
  name: string;
  /** What is under test, e.g. a commit or a release. Shown everywhere. */
  version: string;
  /** Absolute folder the command runs in. */
  directory: string;
  /** Program and arguments of one instance; no shell. It must listen on HOST:PORT. */
  command: string[];
  /** Path answering 200 while the process lives. Default: "/health". */
  health?: string;
  /** Path answering 200 once requests may be sent. Default: the health path. */
  ready?: string;
  /** Path of the Prometheus metrics of one instance, if it has one. */
  metrics?: string;
  /** Further environment variables. `${NAME}` is taken from where the plugin runs. */
  environment?: { [name: string]: string };
  setup?: SetupArgs;
  /** Seconds an instance may take to become ready. Default: 30. */
  startTimeoutSeconds?: number;
  /** Seconds an instance gets to finish its requests before it is stopped. Default: 10. */
  drainSeconds?: number;
}

/** A ready-made sizing, and figures that replace single values of it. */
export interface SizingArgs {
  /** small, medium or large. Default: small. */
  sizing?: string;
  appMinInstances?: number;
  appMaxInstances?: number;
  /** Cores of one instance. */
  appCpu?: number;
  appMemoryMiB?: number;
  /** CPU utilisation the autoscaler aims at, percent of an instance's cores. */
  appTargetCpuPercent?: number;
  databaseCpu?: number;
  databaseMemoryMiB?: number;
  /** Read replicas, 0 to 5. */
  databaseReplicas?: number;
  /** Connections each pool may open to its server. */
  databasePoolSize?: number;
  cacheMemoryMiB?: number;
  edgeMemoryMiB?: number;
  /** Places for load generators. */
  generators?: number;
}

export interface EnvironmentArgs {
  target: Target;
  /** 3 to 24 lower-case letters, digits and dashes; names the environment on its target. */
  environmentId: string;
  /** Who the environment belongs to, as a tag. */
  owner: string;
  /** When the environment may be ended; ISO 8601 in UTC. */
  expiresAt: string;
  /** Further tags of every resource. */
  tags?: { [key: string]: string };
  application: ApplicationArgs;
  /** Default: the ready-made sizing small. */
  sizing?: SizingArgs;
  /** Region of AWS, with the target aws. */
  region?: string;
  /** What an environment on AWS is made of beyond its sizing, as the text of a JSON object (docs/aws.md). */
  aws?: string;
}

/** A place for one load generator. */
export interface Generator {
  /** `generator-1` and so on. */
  name: string;
  /** Folder for its files (local) or where to find it (AWS). */
  location: string;
}

/** What an environment on AWS leaves in the world, and what became of it. Plain data: it goes into reports as it is. */

/** One thing that exists and belongs to an environment. */
export interface AwsResource {
  /** Service and type as in ARNs, e.g. `ec2:instance`; `tagged:<service>:<type>` for a type that perfbed does not make itself. */
  readonly kind: string;
  /** What AWS calls it where it is removed: id, name or ARN; unique within kind and region. */
  readonly id: string;
  /** Region it is in; `us-east-1` for what belongs to CloudFront, `global` for what is in none. */
  readonly region: string;
  /** State as AWS says it, e.g. `running`, `deleting`. */
  readonly state?: string;
  /** How it was found to belong to the environment. */
  readonly foundBy: FoundBy;
}

export enum FoundBy {
  /** It carries the environment's tag. */
  Tag = "tag",
  /** It is in the environment's network. */
  Network = "network",
  /** It has a name that only this environment's parts have. */
  Name = "name",
  /** It is part of something else of the environment, e.g. a service in its cluster. */
  Owner = "owner",
}

/** A service that did not answer: what it holds is not known, so that nothing is proved. */
export interface AwsListingFailure {
  readonly kind: string;
  readonly region: string;
  readonly reason: string;
}

export interface AwsInventory {
  readonly environmentId: string;
  readonly region: string;
  /** ISO 8601. */
  readonly takenAt: string;
  /** Everything that exists, in the order in which it can be removed. */
  readonly resources: readonly AwsResource[];
  /** Kinds that could not be listed. An inventory with any of these proves nothing. */
  readonly failures: readonly AwsListingFailure[];
}

/** Why something is still there. */
export enum LeftoverReason {
  /** Somebody protected it on purpose. */
  DeletionProtection = "deletion-protection",
  /** Something else, perhaps not of the environment, still uses it. */
  InUse = "in-use",
  /** Data that somebody kept on purpose: snapshots are left alone unless asked for. */
  Retained = "retained",
  /** The credentials may not remove it. */
  AccessDenied = "access-denied",
  /** AWS is removing it and was not done at the deadline. */
  StillGoing = "still-going",
  /** AWS refused for another reason. */
  Refused = "refused",
  /** It ends the environment at its expiry, and stays for as long as something that it may still remove does. */
  Guard = "guard",
  /** It carries the environment's tag, and perfbed does not know how its type is removed. */
  UnknownKind = "unknown-kind",
}

export interface AwsLeftover {
  readonly resource: AwsResource;
  readonly reason: LeftoverReason;
  /** What AWS said, one line. */
  readonly detail: string;
  /** What to do. */
  readonly hint: string;
}

export interface AwsSweepResult {
  readonly environmentId: string;
  readonly region: string;
  /** Every region that was looked at. */
  readonly regions: readonly string[];
  readonly removed: readonly AwsResource[];
  readonly left: readonly AwsLeftover[];
  /** Kinds that could not be listed in the end. */
  readonly failures: readonly AwsListingFailure[];
  /** Nothing is left, and every kind could be listed. */
  readonly proved: boolean;
  readonly durationMs: number;
}

/** An environment that has left something in a region. */
export interface AwsEnvironmentSummary {
  readonly environmentId: string;
  readonly region: string;
  readonly owner?: string;
  /** ISO 8601; of several, the latest. */
  readonly expiresAt?: string;
  readonly expired: boolean;
  readonly resourceCount: number;
  /** Kinds that could not be listed. */
  readonly failures: readonly AwsListingFailure[];
}

/** How AWS is reached. Credentials come from the usual chain of the SDK unless given. */
export interface AwsAccess {
  readonly region: string;
  /** Further regions that the environment's generators are, or were, in. What its tags say of them is known anyway. @default none */
  readonly furtherRegions?: readonly string[];
  /** An emulator instead of AWS. @default that of the SDK, which also reads AWS_ENDPOINT_URL */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Told of every attempt of every call. @default nobody */
  readonly onCall?: (call: AwsApiCall) => void;
}

/** One call as IAM names it: `ec2`, `DescribeVpcs`. */
export interface AwsApiCall {
  readonly service: string;
  readonly action: string;
}

export interface AwsSweepOptions {
  /** Milliseconds until what is still there is given up. Databases and CloudFront distributions take up to 20 minutes. @default 1_800_000 */
  readonly deadlineMs?: number;
  /** Milliseconds between two rounds at first; they grow to `longestPauseMs`. @default 1_000 */
  readonly firstPauseMs?: number;
  /** @default 20_000 */
  readonly longestPauseMs?: number;
  /** Milliseconds without any change after which what is still there is given up before the deadline. @default 300_000 */
  readonly patienceMs?: number;
  /** Also snapshots and backups. @default false: data that somebody kept is reported */
  readonly removeSnapshots?: boolean;
  /** Told of every removal that AWS accepted, and of every round. @default nobody */
  readonly onProgress?: (progress: AwsSweepProgress) => void;
  /** Ends the sweep between two calls. */
  readonly signal?: AbortSignal;
}

export interface AwsSweepProgress {
  readonly environmentId: string;
  readonly round: number;
  readonly remaining: number;
  readonly removed: number;
}

import type { AwsClients } from "./clients";
import type { FoundBy, LeftoverReason } from "./model";

/** What the listing of every kind starts from. */
export interface World {
  readonly environmentId: string;
  readonly region: string;
  /** One of the environment's further regions: what belongs to no region, or to its guard, is in the world of the first one. */
  readonly further: boolean;
  /** Regions that the tags of what exists name, the environment's first one in front; none for an environment in one region. */
  readonly statedRegions: readonly string[];
  readonly clients: AwsClients;
  /** Networks that carry the environment's tag. */
  readonly vpcIds: readonly string[];
  /** ARNs that the tagging index has under the environment's tag. It also has what was removed some time ago. */
  readonly taggedArns: readonly string[];
  /** Who is asking: `arn:aws:sts::123456789012:…`, for ARNs and for what is kept by account. */
  readonly caller: { readonly account: string; readonly partition: string };
}

/** Why something is not even tried, and what would change that. */
export interface Kept {
  readonly reason: LeftoverReason;
  readonly detail: string;
  readonly hint: string;
}

/** One thing found. */
export interface Found {
  readonly id: string;
  readonly region: string;
  readonly foundBy: FoundBy;
  readonly state?: string;
  /** AWS is removing it already. */
  readonly going?: boolean;
  readonly kept?: Kept;
}

/** One type of resource: how what belongs to an environment is found, and how it is removed. */
export interface ResourceKind {
  /** E.g. `ec2:instance`. */
  readonly kind: string;
  /** Kinds of which nothing may be left before this one is removed. */
  readonly waitsFor: readonly string[];
  /** ARNs it speaks for: what the tagging index still has and this kind does not list is gone. */
  readonly arn?: RegExp;
  /** What exists, as AWS says when asked about it directly. */
  list(world: World): Promise<readonly Found[]>;
  /** Asks AWS to remove it; done when it is no longer listed. Throws what AWS answers. */
  remove(found: Found, world: World): Promise<void>;
}

import { awsMessage, isWithoutCredentials } from "./aws-errors";
import { AwsClients } from "./clients";
import { inParallel } from "./in-parallel";
import type { Found, ResourceKind, World } from "./kind";
import { PARTS, RESOURCE_KINDS } from "./kinds";
import {
  type AwsAccess,
  type AwsInventory,
  type AwsListingFailure,
  type AwsResource,
  FoundBy,
  LeftoverReason,
} from "./model";
import { lookAtWorld } from "./world";

/** Kinds that are listed at the same time. AWS counts calls by service, and these are of many services. */
const KINDS_AT_A_TIME = 8;

/** What exists, with what a removal needs. */
export interface Survey {
  readonly world: World;
  readonly entries: readonly SurveyEntry[];
  readonly failures: readonly AwsListingFailure[];
}

export interface SurveyEntry {
  readonly found: Found;
  readonly resource: AwsResource;
  /** Undefined for a type that only the tagging index knows. */
  readonly kind: ResourceKind | undefined;
}

/**
 * Everything of an environment that exists in AWS, read from AWS alone: no Pulumi state is needed. The tagging index is one source; every
 * kind is also asked for directly, because the index misses some (roles, schedules, budgets, what services make by themselves) and goes on
 * listing what is gone.
 *
 * @throws what AWS answers when it knows no such credentials, or cannot be asked what belongs to the environment
 */
export async function takeAwsInventory(environmentId: string, access: AwsAccess): Promise<AwsInventory> {
  const clients = new AwsClients(access);
  try {
    const { entries, failures } = await survey(environmentId, access.region, clients);
    return {
      environmentId,
      region: access.region,
      takenAt: new Date().toISOString(),
      resources: entries.map(({ resource }) => resource),
      failures,
    };
  } finally {
    clients.close();
  }
}

export async function survey(environmentId: string, region: string, clients: AwsClients): Promise<Survey> {
  const world = await lookAtWorld(environmentId, region, clients);
  const failures: AwsListingFailure[] = [];
  const listed = await inParallel(RESOURCE_KINDS, KINDS_AT_A_TIME, async (kind) => {
    try {
      return (await kind.list(world)).map((found) => entry(kind, found));
    } catch (error) {
      if (isWithoutCredentials(error)) throw error;
      failures.push({ kind: kind.kind, region, reason: awsMessage(error) });
      return [];
    }
  });
  return { world, entries: [...listed.flat(), ...unknown(world)], failures };
}

const entry = (kind: ResourceKind, found: Found): SurveyEntry => ({
  kind,
  found,
  resource: {
    kind: kind.kind,
    id: found.id,
    region: found.region,
    foundBy: found.foundBy,
    ...(found.state === undefined ? {} : { state: found.state }),
  },
});

/** What carries the tag and is of a type that no kind speaks for, e.g. what a user's transforms or the application made. */
function unknown(world: World): SurveyEntry[] {
  const spokenFor = [...RESOURCE_KINDS.flatMap(({ arn }) => arn ?? []), ...PARTS];
  return world.taggedArns
    .filter((arn) => !spokenFor.some((pattern) => pattern.test(arn)))
    .map((arn) => {
      const [, , service = "", place = "", , ...rest] = arn.split(":");
      const type = rest.join(":").split(/[:/]/)[0] ?? "";
      const found: Found = {
        id: arn,
        region: place === "" ? "global" : place,
        foundBy: FoundBy.Tag,
        kept: {
          reason: LeftoverReason.UnknownKind,
          detail: "the tagging index lists it under the environment's tag",
          hint: "Remove it yourself. If you have, the index forgets it within the hour.",
        },
      };
      return {
        kind: undefined,
        found,
        resource: { kind: `tagged:${service}:${type}`, id: arn, region: found.region, foundBy: FoundBy.Tag },
      };
    });
}

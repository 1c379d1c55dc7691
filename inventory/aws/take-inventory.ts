import { awsMessage, isWithoutCredentials } from "./aws-errors";
import { AwsClients } from "./clients";
import { inParallel } from "./in-parallel";
import type { Found, ResourceKind, World } from "./kind";
import { FURTHER_KINDS, PARTS, RESOURCE_KINDS } from "./kinds";
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
  /** That were looked at, the environment's first one in front. */
  readonly regions: readonly string[];
  readonly entries: readonly SurveyEntry[];
  readonly failures: readonly AwsListingFailure[];
}

export interface SurveyEntry {
  readonly found: Found;
  readonly resource: AwsResource;
  /** Undefined for a type that only the tagging index knows. */
  readonly kind: ResourceKind | undefined;
  /** Of its region. */
  readonly world: World;
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
    const { entries, failures } = await survey(environmentId, access, clients);
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

/** The world of every region that the environment is known to have parts in, by its tags or by what the caller knows. */
async function worldsOf(
  environmentId: string,
  { region, furtherRegions = [] }: Pick<AwsAccess, "region" | "furtherRegions">,
  clients: AwsClients,
): Promise<{ readonly worlds: readonly World[]; readonly failures: readonly AwsListingFailure[] }> {
  const asked = await lookAtWorld(environmentId, region, clients);
  const [home = region] = asked.statedRegions;
  const first = home === region ? asked : await lookAtWorld(environmentId, home, clients);
  const regions = new Set([region, ...furtherRegions, ...asked.statedRegions, ...first.statedRegions]);
  regions.delete(home);
  const failures: AwsListingFailure[] = [];
  const further = await inParallel([...regions], KINDS_AT_A_TIME, async (one) => {
    try {
      return [await lookAtWorld(environmentId, one, clients, true)];
    } catch (error) {
      // Credentials that the first region knows mean nothing in one that the account has not enabled.
      failures.push({ kind: "region", region: one, reason: awsMessage(error) });
      return [];
    }
  });
  return { worlds: [first, ...further.flat()], failures };
}

export async function survey(
  environmentId: string,
  access: Pick<AwsAccess, "region" | "furtherRegions">,
  clients: AwsClients,
): Promise<Survey> {
  const { worlds, failures: unseen } = await worldsOf(environmentId, access, clients);
  const failures = [...unseen];
  const questions = RESOURCE_KINDS.flatMap((kind) =>
    worlds
      .filter(({ further }) => !further || FURTHER_KINDS.has(kind.kind))
      .map((world) => ({ kind, world })),
  );
  const listed = await inParallel(questions, KINDS_AT_A_TIME, async ({ kind, world }) => {
    try {
      return (await kind.list(world)).map((found) => entry(kind, found, world));
    } catch (error) {
      if (isWithoutCredentials(error) && !world.further) throw error;
      failures.push({ kind: kind.kind, region: world.region, reason: awsMessage(error) });
      return [];
    }
  });
  return {
    regions: worlds.map(({ region }) => region),
    entries: [...listed.flat(), ...worlds.flatMap(unknown)],
    failures,
  };
}

const entry = (kind: ResourceKind, found: Found, world: World): SurveyEntry => ({
  kind,
  found,
  world,
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
        world,
        resource: { kind: `tagged:${service}:${type}`, id: arn, region: found.region, foundBy: FoundBy.Tag },
      };
    });
}

import type { ResourceTagMapping } from "@aws-sdk/client-resource-groups-tagging-api";
import { ENVIRONMENT_TAG, EXPIRY_TAG, OWNER_TAG } from "../../components/tagging";
import { groupBy } from "../../core/group-by";
import { tagOf } from "./belonging";
import { AwsClients } from "./clients";
import { inParallel } from "./in-parallel";
import type { AwsAccess, AwsEnvironmentSummary } from "./model";
import { survey } from "./take-inventory";
import { indexedRegions, tagged } from "./world";

const ENVIRONMENTS_AT_A_TIME = 2;

/**
 * Environments that have left something in a region, by the tags of what exists: also those of other machines and other people. The tagging
 * index names them; each is then looked at, because the index goes on naming what is gone.
 */
export async function listAwsEnvironments(
  access: AwsAccess,
  now: Date = new Date(),
): Promise<AwsEnvironmentSummary[]> {
  const clients = new AwsClients(access);
  try {
    const byId = groupBy(
      await tagged(clients, indexedRegions(access.region)),
      ({ Tags }) => tagOf(Tags, ENVIRONMENT_TAG) ?? "",
    );
    const summaries = await inParallel(
      [...byId],
      ENVIRONMENTS_AT_A_TIME,
      async ([environmentId, mappings]) => {
        const { entries, failures } = await survey(environmentId, access, clients);
        return {
          environmentId,
          region: access.region,
          ...described(mappings, now),
          resourceCount: entries.length,
          failures,
        };
      },
    );
    return summaries
      .filter(({ resourceCount, failures }) => resourceCount > 0 || failures.length > 0)
      .sort((a, b) => (a.environmentId < b.environmentId ? -1 : 1));
  } finally {
    clients.close();
  }
}

/** Owner and expiry as the tags say; of several expiries the latest, since an environment may have been extended. */
function described(mappings: readonly ResourceTagMapping[], now: Date) {
  const owner = mappings.map(({ Tags }) => tagOf(Tags, OWNER_TAG)).find((one) => one !== undefined);
  const expiresAt = mappings
    .flatMap(({ Tags }) => tagOf(Tags, EXPIRY_TAG) ?? [])
    .filter((text) => !Number.isNaN(Date.parse(text)))
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    expired: expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime(),
  };
}

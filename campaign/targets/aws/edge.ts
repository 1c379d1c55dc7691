import { EdgeInvalidation } from "../../../components/aws/edge/invalidate";
import { withClients } from "./clients";
import { withAws } from "./errors";

/** Invalidates everything at the distribution that serves a URL, and waits until every edge location has dropped it. */
export async function emptyDistribution(
  entryUrl: string,
  region: string,
  signal: AbortSignal,
): Promise<void> {
  await withClients(region, async ({ cloudFront }) => {
    const edge = new EdgeInvalidation(cloudFront, { signal });
    const id = await withAws("finding the distribution", () => edge.distributionOf(entryUrl), signal);
    await edge.invalidate(id);
  });
}

import { randomUUID } from "node:crypto";
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  paginateListDistributions,
  waitUntilInvalidationCompleted,
} from "@aws-sdk/client-cloudfront";
import { EnvironmentError } from "../../../core/errors";

/** CloudFront has one control plane, wherever viewers are. */
const CONTROL_PLANE_REGION = "us-east-1";

export interface EdgeInvalidationOptions {
  /** Seconds until an invalidation that is not complete counts as failed. @default 600 */
  readonly deadlineSeconds?: number;
  /** Seconds between two looks at it. @default 5 */
  readonly pollSeconds?: number;
  /** Ends the waiting; the invalidation itself goes on. */
  readonly signal?: AbortSignal;
}

/** Empties the edge's cache, so that a run begins cold. */
export class EdgeInvalidation {
  constructor(
    private readonly client: CloudFrontClient,
    private readonly options: EdgeInvalidationOptions = {},
  ) {}

  /**
   * Invalidates every object and returns once all edge locations have dropped theirs.
   * @throws EnvironmentError when CloudFront refuses, or is not done by the deadline
   */
  async invalidate(distributionId: string): Promise<void> {
    const { deadlineSeconds = 600, pollSeconds = 5, signal } = this.options;
    try {
      const { Invalidation } = await this.client.send(
        new CreateInvalidationCommand({
          DistributionId: distributionId,
          InvalidationBatch: {
            // A new reference every time: CloudFront takes a second request with the same one for a repetition.
            CallerReference: `perfbed-${randomUUID()}`,
            Paths: { Quantity: 1, Items: ["/*"] },
          },
        }),
      );
      await waitUntilInvalidationCompleted(
        {
          client: this.client,
          maxWaitTime: deadlineSeconds,
          minDelay: pollSeconds,
          maxDelay: pollSeconds,
          ...(signal === undefined ? {} : { abortSignal: signal }),
        },
        { DistributionId: distributionId, Id: Invalidation?.Id },
      );
    } catch (cause) {
      signal?.throwIfAborted();
      throw new EnvironmentError(
        "PERFBED_EDGE_NOT_INVALIDATED",
        `The cache of distribution ${distributionId} was not emptied within ${deadlineSeconds} s`,
        { cause, hint: "A run on a warm cache is not a cold-cache run: try again." },
      );
    }
  }

  /**
   * The distribution that serves a URL.
   * @throws EnvironmentError when the account has none
   */
  async distributionOf(entryUrl: string): Promise<string> {
    const { hostname } = new URL(entryUrl);
    for await (const { DistributionList } of paginateListDistributions({ client: this.client }, {})) {
      const found = DistributionList?.Items?.find(({ DomainName }) => DomainName === hostname);
      if (found?.Id !== undefined) return found.Id;
    }
    throw new EnvironmentError("PERFBED_EDGE_UNKNOWN", `No distribution of the account serves ${hostname}`, {
      hint: "Check that the credentials are those of the environment's account.",
    });
  }
}

/** Empties the cache of one distribution with the credentials at hand, and waits until that is complete. */
export async function invalidateEdge(distributionId: string, region = CONTROL_PLANE_REGION): Promise<void> {
  const client = new CloudFrontClient({ region });
  try {
    await new EdgeInvalidation(client).invalidate(distributionId);
  } finally {
    client.destroy();
  }
}

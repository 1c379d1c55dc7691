import { type AwsSweepOptions, type AwsSweepResult, sweepAws } from "../../../inventory/aws";
import type { TeardownProof } from "../../../report/model";
import { awsFailure } from "./errors";
import { readLedger, removeLedger } from "./ledger";

/** Each kind that was found once, with what is left of it now. */
function checksOf(result: AwsSweepResult): TeardownProof["checked"] {
  const kinds = [...result.removed, ...result.left.map(({ resource }) => resource)].map(({ kind }) => kind);
  const checks = [...new Set(kinds)].sort().map((kind) => {
    const left = result.left.filter(({ resource }) => resource.kind === kind);
    return {
      what: kind,
      found: left.length,
      detail:
        left.length === 0
          ? "removed after Pulumi"
          : left.map(({ resource, detail, hint }) => `${resource.id}: ${detail}. ${hint}`).join("; "),
    };
  });
  const unlisted = result.failures.map(({ kind, region, reason }) => ({
    what: `answers of ${kind} in ${region}`,
    found: 1,
    detail: `it could not be listed, so that nothing is known of it: ${reason}`,
  }));
  return [
    {
      what: "AWS resources",
      found: result.left.length,
      detail: `tagged or in the network, ${result.regions.join(", ")}`,
    },
    ...checks,
    ...unlisted,
  ];
}

/**
 * Removes what is left of an environment. Only an inventory of the world proves a teardown; when AWS cannot be asked, nothing is proved.
 */
export async function sweepEnvironmentOnAws(
  environmentId: string,
  options: AwsSweepOptions = {},
): Promise<TeardownProof> {
  const advice = `Run perfbed sweep ${environmentId}; docs/aws-campaign.md says what may stay, and why.`;
  const failed = (detail: string): TeardownProof => ({
    proved: false,
    at: new Date().toISOString(),
    checked: [{ what: "AWS", found: 1, detail }],
    advice,
  });
  const ledger = readLedger(environmentId);
  if (ledger === undefined) return failed(`the region of ${environmentId} is not known on this machine`);
  const { region, furtherRegions } = ledger;
  try {
    const result = await sweepAws(environmentId, { region, furtherRegions }, options);
    if (result.proved) removeLedger(environmentId);
    return {
      proved: result.proved,
      at: new Date().toISOString(),
      checked: checksOf(result),
      ...(result.proved ? {} : { advice }),
    };
  } catch (error) {
    const { message, hint } = awsFailure(error, "looking at what is left");
    return failed(hint === undefined ? message : `${message}. ${hint}`);
  }
}

import type { PulumiFn } from "@pulumi/pulumi/automation";
import { createAwsTiers } from "../../../components/aws";

export interface FleetRegionsProgram {
  /** Where the function that ends the environment has its code. */
  readonly sweeperCode: string;
  readonly regions: readonly string[];
}

/** A fleet with one generator in each region, on its foundation. */
export default function program({ sweeperCode, regions }: FleetRegionsProgram): PulumiFn {
  return async () => {
    const tiers = createAwsTiers({ settings: { region: "eu-west-1", fleet: { regions } }, sweeperCode });
    const environment = { id: "pb-wide", owner: "ci", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} };
    const foundation = tiers.foundation("wide-foundation", { environment }, {});
    const fleet = tiers.fleet(
      "wide-fleet",
      { environment, sizing: { generators: regions.length } },
      { dependsOn: [foundation] },
    );
    return { generators: fleet.generators };
  };
}

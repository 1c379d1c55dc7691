import type { PulumiFn } from "@pulumi/pulumi/automation";
import { createAwsTiers } from "../../../components/aws";
import type { AwsSettingsInput } from "../../../components/aws/settings";
import type { EnvironmentIdentity } from "../../../components/contracts";

export interface FleetProgram {
  readonly environment: EnvironmentIdentity;
  readonly settings: AwsSettingsInput;
  readonly generators: number;
}

/** The foundation of an environment and its fleet, without what the fleet would load. */
export default function program({ environment, settings, generators }: FleetProgram): PulumiFn {
  return async () => {
    const tiers = createAwsTiers({ settings });
    const foundation = tiers.foundation("foundation", { environment }, {});
    const args = { environment, sizing: { generators } };
    const fleet = tiers.fleet("fleet", args, { dependsOn: [foundation] });
    return { generators: fleet.generators };
  };
}

import * as ssm from "@pulumi/aws/ssm";
import type * as pulumi from "@pulumi/pulumi";
import type { CpuArchitecture } from "../settings";

/** Public parameter with the latest Amazon Linux 2023 of a processor. */
export const imageParameter = (architecture: CpuArchitecture): string =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;

/** What instances of a launch template boot from. */
export interface MachineImage {
  readonly id: pulumi.Input<string>;
  /** The processor for which the newest image was looked up; absent where the settings name an image. */
  readonly newestOf?: CpuArchitecture;
}

/**
 * The image of an instance. The newest is looked up when the environment is made and stays: an instance launched by a scale-out an hour
 * later runs the same system as the first, and an `up` a week later replaces nothing because AWS has published another.
 */
export function machineImage(
  architecture: CpuArchitecture,
  imageId: string | undefined,
  parent: pulumi.Resource,
): MachineImage {
  if (imageId !== undefined) return { id: imageId };
  // A public image's id is no secret; `value` would be marked as one.
  const { insecureValue } = ssm.getParameterOutput({ name: imageParameter(architecture) }, { parent });
  return { id: insecureValue, newestOf: architecture };
}

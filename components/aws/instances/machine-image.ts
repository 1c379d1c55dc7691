import * as ssm from "@pulumi/aws/ssm";
import type * as pulumi from "@pulumi/pulumi";
import type { CpuArchitecture } from "../settings";

/** Public parameter with the latest Amazon Linux 2023 of a processor. */
export const imageParameter = (architecture: CpuArchitecture): string =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;

/**
 * The image of an instance. Looked up when the environment is made and written into the launch template, so that an instance launched by a
 * scale-out an hour later runs the same system as the first.
 */
export function machineImage(
  architecture: CpuArchitecture,
  imageId: string | undefined,
  parent: pulumi.Resource,
): pulumi.Input<string> {
  // A public image's id is no secret; `value` would be marked as one.
  return imageId ?? ssm.getParameterOutput({ name: imageParameter(architecture) }, { parent }).insecureValue;
}

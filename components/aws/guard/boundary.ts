import type * as pulumi from "@pulumi/pulumi";
import type { GuardSettings } from "../settings";

const ROLE = "aws:iam/role:Role";

/**
 * Options for everything below: whatever makes a role there, the role gets the permissions boundary of the settings. One that was forgotten
 * would be the way around it.
 */
export function roleBoundary({
  permissionsBoundaryArn: permissionsBoundary,
}: GuardSettings): Pick<pulumi.ComponentResourceOptions, "transformations"> {
  if (permissionsBoundary === undefined) return {};
  const bounded: pulumi.ResourceTransformation = ({ type, props, opts }) =>
    type === ROLE ? { props: { ...props, permissionsBoundary }, opts } : undefined;
  return { transformations: [bounded] };
}

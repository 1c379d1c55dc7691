import * as pulumi from "@pulumi/pulumi";

/**
 * The value, known once these resources exist as well. Whatever is made from it is made after them and removed before them, although it
 * needs nothing that they put out: the permission of a role, the log group of a service.
 */
export function after(
  value: pulumi.Input<string>,
  ...resources: readonly pulumi.CustomResource[]
): pulumi.Output<string> {
  return pulumi.all([value, pulumi.all(resources.map(({ id }) => id))]).apply(([known]) => known);
}

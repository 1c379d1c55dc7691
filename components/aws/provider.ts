import * as config from "@pulumi/aws/config";
import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";

/**
 * A provider for one region. Everything else is what the program's own configuration says of AWS (`aws:profile`, `aws:assumeRoles`,
 * `aws:allowedAccountIds` and so on), which providers that a program makes itself would not see; credentials are found as always.
 */
export function regionalProvider(name: string, region: string, options: pulumi.ResourceOptions): Provider {
  return new Provider(name, { ...config, region }, options);
}

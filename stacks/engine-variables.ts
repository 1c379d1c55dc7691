import { delimiter, dirname, join } from "node:path";
import { packageRoot } from "../core/home";

/**
 * Variables that the Pulumi engine needs for the local target. PATH begins with the launcher of the dynamic provider, then this very
 * Node.js, so that providers run under the same version as the program.
 */
export function engineVariables(
  path: string | undefined = process.env.PATH,
): Readonly<Record<string, string>> {
  return {
    PATH: [join(packageRoot(), "bin/engine"), dirname(process.execPath), path ?? ""].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
  };
}

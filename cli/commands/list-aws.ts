import type { CliContext } from "../context";
import { printColumns } from "./columns";

/** `perfbed list --target aws` */
export async function listAwsTarget(
  region: string | undefined,
  { terminal, json }: CliContext,
): Promise<void> {
  const { awsAccess, awsEnvironments } = await import("../../campaign/aws-sweep");
  const access = awsAccess(region);
  const environments = await awsEnvironments(access);
  if (json) {
    terminal.out(JSON.stringify({ region: access.region, environments }, null, 2));
    return;
  }
  if (environments.length === 0) {
    terminal.out(`No environments in ${access.region}.`);
    return;
  }
  const rows = environments.map((one) => [
    one.environmentId,
    one.owner ?? "–",
    String(one.resourceCount),
    one.expiresAt === undefined ? "–" : `${one.expiresAt}${one.expired ? " (expired)" : ""}`,
    one.failures.length === 0
      ? ""
      : `not all could be listed: ${one.failures.map(({ kind }) => kind).join(", ")}`,
  ]);
  printColumns(terminal, ["environment", "owner", "resources", "expires", ""], rows);
}

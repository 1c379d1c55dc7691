import { ConfigError } from "../../core/errors";
import type { CliContext } from "../context";
import type { Terminal } from "../terminal";
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

/** An environment on AWS as a ledger of this machine has it. */
export interface LedgerSummary {
  readonly environmentId: string;
  readonly owner: string;
  readonly region: string;
  readonly expiresAt: string;
  readonly expired: boolean;
  readonly ownerAlive: boolean;
  /** Its campaign is gone, so that nobody else removes it before its expiry. */
  readonly leftOver: boolean;
}

/** Environments on AWS that this machine has made. AWS is not asked. */
export async function ledgersOfAws(): Promise<readonly LedgerSummary[]> {
  const { listLedgers, ownerIsAlive, ownerIsGone } = await import("../../campaign/targets/aws/ledger");
  return listLedgers().map((ledger) => {
    const { environmentId, owner, region, expiresAt } = ledger;
    return {
      environmentId,
      owner,
      region,
      expiresAt,
      expired: Date.parse(expiresAt) < Date.now(),
      ownerAlive: ownerIsAlive(ledger),
      leftOver: ownerIsGone(ledger),
    };
  });
}

/** The part of `perfbed list` about AWS; nothing where this machine has made nothing there. */
export function printLedgers(terminal: Terminal, ledgers: readonly LedgerSummary[]): void {
  if (ledgers.length === 0) return;
  terminal.out("On AWS, as the ledgers of this machine say (AWS was not asked):");
  const rows = ledgers.map((one) => [
    one.environmentId,
    one.owner,
    one.region,
    `${one.expiresAt}${one.expired ? " (expired)" : ""}`,
    one.ownerAlive ? "in use" : one.leftOver ? "its runner is gone" : "stands",
    `perfbed sweep --target aws --region ${one.region} ${one.environmentId}`,
  ]);
  printColumns(terminal, ["environment", "owner", "region", "expires", "state", "removed with"], rows);
}

/** @throws ConfigError for a region where AWS is not asked */
export function refuseRegion(region: string | undefined): void {
  if (region === undefined) return;
  throw new ConfigError("perfbed list", [
    { field: "--region", value: region, allowed: "only with --target aws" },
  ]);
}

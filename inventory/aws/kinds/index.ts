import type { ResourceKind } from "../kind";
import * as cache from "./cache";
import * as compute from "./compute";
import * as containers from "./containers";
import * as database from "./database";
import * as databaseGroups from "./database-groups";
import * as edge from "./edge";
import * as guard from "./guard";
import * as identity from "./identity";
import * as loadBalancing from "./load-balancing";
import * as logs from "./logs";
import { elasticIp, flowLog, natGateway, networkInterface, vpcEndpoint } from "./network";
import * as scaling from "./scaling";
import * as secrets from "./secrets";
import * as snapshots from "./snapshots";
import * as storage from "./storage";
import * as vpc from "./vpc";

/** What ends the environment at its expiry. A sweep that is cut off is continued by it, so that it goes after everything else. */
const GUARD: readonly ResourceKind[] = [
  guard.scheduleGroup,
  guard.expiryFunction,
  logs.expiryLog,
  identity.expiryRole,
];

const OTHERS: readonly ResourceKind[] = [
  ...Object.values(scaling),
  ...Object.values(compute),
  ...Object.values(containers),
  ...Object.values(edge).filter((one) => typeof one !== "string"),
  ...Object.values(loadBalancing),
  ...Object.values(database),
  ...Object.values(databaseGroups),
  ...Object.values(cache),
  natGateway,
  elasticIp,
  vpcEndpoint,
  flowLog,
  networkInterface,
  ...Object.values(vpc),
  ...Object.values(secrets),
  ...Object.values(snapshots),
  storage.bucket,
  logs.logGroup,
  identity.instanceProfile,
  identity.role,
  guard.budget,
];

export const GUARD_KINDS: ReadonlySet<string> = new Set(GUARD.map(({ kind }) => kind));

/** What is in no region of the environment's: CloudFront's things, roles, budgets. */
const GLOBAL: ReadonlySet<ResourceKind> = new Set([
  ...Object.values(edge).filter((one) => typeof one !== "string"),
  identity.instanceProfile,
  identity.role,
  guard.budget,
]);

/** Every kind, each after all that it waits for. */
export const RESOURCE_KINDS: readonly ResourceKind[] = inOrder([
  ...OTHERS,
  ...GUARD.map((one) => ({ ...one, waitsFor: [...one.waitsFor, ...OTHERS.map(({ kind }) => kind)] })),
]);

/** Kinds of which something may be in a region where the environment has generators and nothing else. */
export const FURTHER_KINDS: ReadonlySet<string> = new Set(
  OTHERS.filter((one) => !GLOBAL.has(one)).map(({ kind }) => kind),
);

/**
 * Types that are part of something else and go with it; the tagging index has some of them under a name of their own.
 */
export const PARTS: readonly RegExp[] = [
  /:elasticloadbalancing:.*:listener(-rule)?\//,
  /:ec2:.*:security-group-rule\//,
  /:elasticache:.*:cluster:/,
  /:rds:.*:target-group:/,
  /:scheduler:.*:schedule\//,
  /:ecs:.*:container-instance\//,
  /:ec2:.*:(fleet|spot-instances-request)\//,
];

function inOrder(kinds: readonly ResourceKind[]): readonly ResourceKind[] {
  const ordered: ResourceKind[] = [];
  const visit = (one: ResourceKind, path: readonly string[]): void => {
    if (ordered.includes(one)) return;
    if (path.includes(one.kind)) throw new RangeError(`kinds wait for each other: ${path.join(", ")}`);
    for (const name of one.waitsFor) {
      const before = kinds.find(({ kind }) => kind === name);
      if (before === undefined) throw new RangeError(`${one.kind} waits for ${name}, which nobody knows`);
      visit(before, [...path, one.kind]);
    }
    ordered.push(one);
  };
  for (const one of kinds) visit(one, []);
  return ordered;
}

import { escapeRegExp } from "../belonging";

/**
 * Names that parts of an environment have in AWS, as components/aws gives them. A test holds both against each other.
 * None is a bare prefix: `shop` must not take what belongs to `shop-a`.
 */
export const partName = (environmentId: string, part: string): string => `${environmentId}-${part}`;

/** Roles and instance profiles have names made up by Pulumi below this path. */
export const iamPath = (environmentId: string): string => `/perfbed/${environmentId}/`;

/** Servers of the database by identifier: RDS's and Aurora's. */
export const databasePattern = (environmentId: string): RegExp =>
  new RegExp(`^${escapeRegExp(environmentId)}-(primary|replica-\\d+|writer|reader-\\d+)$`);

/** The environment's bucket: its name, and what Terraform's bridge appends to a prefix (a time and a counter). */
export const bucketPattern = (environmentId: string): RegExp =>
  new RegExp(`^${escapeRegExp(environmentId)}-\\d{18}[0-9a-f]{8}$`);

export const comment = (what: "Database" | "Cache" | "Edge", environmentId: string): string =>
  `${what} of perfbed environment ${environmentId}`;

/** Log groups that perfbed makes, and those that services make for parts of the environment and leave behind. */
export function logGroupPattern(environmentId: string): RegExp {
  const id = escapeRegExp(environmentId);
  const groups = [
    `/perfbed/${id}(/.+)?`,
    `/aws/lambda/${id}-expiry`,
    `/aws/rds/proxy/${id}-proxy`,
    `/aws/rds/cluster/${id}-database/.+`,
    `/aws/rds/instance/${id}-(primary|replica-\\d+|writer|reader-\\d+)/.+`,
    `/aws/ecs/containerinsights/${id}-(app|fleet)/.+`,
  ];
  return new RegExp(`^(${groups.join("|")})$`);
}

/** What names of those log groups begin with, to ask AWS for them. */
export const logGroupPrefixes = (environmentId: string): readonly string[] => [
  `/perfbed/${environmentId}`,
  `/aws/lambda/${environmentId}-expiry`,
  `/aws/rds/proxy/${environmentId}-proxy`,
  `/aws/rds/cluster/${environmentId}-database/`,
  `/aws/rds/instance/${environmentId}-`,
  `/aws/ecs/containerinsights/${environmentId}-`,
];

/** The log group of the function that ends the environment. */
export const expiryLogGroup = (environmentId: string): string => `/perfbed/${environmentId}/expiry`;

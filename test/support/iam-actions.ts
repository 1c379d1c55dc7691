/** Calls of the SDK that IAM knows by another name, or by several. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "budgets:DescribeBudget": ["budgets:ViewBudget"],
  "budgets:CreateBudget": ["budgets:ModifyBudget"],
  "budgets:DeleteBudget": ["budgets:ModifyBudget"],
  "s3:ListBuckets": ["s3:ListAllMyBuckets"],
  "s3:ListObjectVersions": ["s3:ListBucketVersions"],
  "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
  "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
};

/** Needs no permission. */
const FREE = new Set(["sts:GetCallerIdentity"]);

/** What IAM asks for when a call is made. */
export function iamActions(call: { readonly service: string; readonly action: string }): readonly string[] {
  const name = `${call.service}:${call.action}`;
  return FREE.has(name) ? [] : (ACTIONS[name] ?? [name]);
}

/** `ec2:Describe*` grants `ec2:DescribeVpcs`. */
export const grants = (pattern: string, action: string): boolean =>
  pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action;

import { escapeRegExp } from "../../inventory/aws/belonging";

/** IAM's view of calls, as the script that makes the policy has it. */
export const iam: {
  /** What IAM asks for when a call is made. */
  iamActions(call: string): readonly string[];
  /** `ec2:Describe*` covers `ec2:DescribeVpcs`. */
  covers(pattern: string, action: string): boolean;
} = require("../../scripts/aws-iam-policy.js");

/** Whether a text is like a pattern, as IAM compares ARNs: `*` is any characters, `?` is one. */
export function isLike(pattern: string, text: string): boolean {
  const expression = escapeRegExp(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${expression}$`).test(text);
}

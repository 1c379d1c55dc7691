import type { Problem } from "../../../core/errors";
import type { GuardSettings } from "../settings";
import { matches, problem, unique } from "../settings-checks";

/** AWS Budgets sends one notification to no more than these. */
const MOST_ADDRESSES = 10;
/** Enough to catch a slip; only a mail sent proves an address. */
const ADDRESS = { pattern: /^[^\s@,;]+@[^\s@,;]+\.[^\s@.,;]{2,}$/, allowed: "an e-mail address" };

const POLICY_ARN = {
  pattern: /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
  allowed: "the ARN of a policy, like arn:aws:iam::123456789012:policy/perfbed-boundary",
};

function amountProblems(field: string, amount: number | undefined): Problem[] {
  if (amount === undefined || (Number.isFinite(amount) && amount > 0)) return [];
  return [problem(field, amount, "an amount in USD above 0")];
}

/** Everything wrong with what guards the environment and its account. */
export function guardProblems(settings: GuardSettings): Problem[] {
  const { monthlyBudgetUsd, maxHourlyCostUsd, alertEmails, permissionsBoundaryArn } = settings;
  const found = [
    ...amountProblems("aws.guard.monthlyBudgetUsd", monthlyBudgetUsd),
    ...amountProblems("aws.guard.maxHourlyCostUsd", maxHourlyCostUsd),
    ...alertEmails.flatMap((address, index) => matches(`aws.guard.alertEmails[${index}]`, address, ADDRESS)),
    ...unique("aws.guard.alertEmails", alertEmails),
    ...(permissionsBoundaryArn === undefined
      ? []
      : matches("aws.guard.permissionsBoundaryArn", permissionsBoundaryArn, POLICY_ARN)),
  ];
  const field = "aws.guard.alertEmails";
  if (monthlyBudgetUsd !== undefined && alertEmails.length === 0) {
    found.push(problem(field, alertEmails, "at least one address with a budget", "Nobody would hear of it."));
  }
  if (monthlyBudgetUsd === undefined && alertEmails.length > 0) {
    const hint = "Set aws.guard.monthlyBudgetUsd: without it there is nothing to alert of.";
    found.push(problem(field, alertEmails, "none without a budget", hint));
  }
  if (alertEmails.length > MOST_ADDRESSES) {
    found.push(problem(field, alertEmails.length, `at most ${MOST_ADDRESSES} addresses`));
  }
  return found;
}

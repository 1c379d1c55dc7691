import * as budgets from "@pulumi/aws/budgets";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { RESERVED_TAG_PREFIX } from "../../tagging";
import { awsTags, physicalName } from "../context";
import type { GuardSettings } from "../settings";

/** Percent of the budget at which mail is sent, of what was spent and of what the month is forecast to cost. */
const THRESHOLDS = [
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 100 },
] as const;

export const budgetName = (environment: EnvironmentIdentity): string =>
  physicalName(environment, "budget", 100);

/**
 * Mail when the environment costs more than it should. AWS counts by tag only once `perfbed:environment` is activated as a cost allocation
 * tag of the account, and learns of costs some hours late: it is the expiry that ends an environment, not this.
 */
export function createBudget(
  name: string,
  environment: EnvironmentIdentity,
  settings: GuardSettings,
  options: pulumi.CustomResourceOptions,
): void {
  if (settings.monthlyBudgetUsd === undefined) return;
  new budgets.Budget(
    `${name}-budget`,
    {
      name: budgetName(environment),
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(settings.monthlyBudgetUsd),
      limitUnit: "USD",
      costFilters: [
        { name: "TagKeyValue", values: [`user:${RESERVED_TAG_PREFIX}environment$${environment.id}`] },
      ],
      notifications: THRESHOLDS.map((threshold) => ({
        ...threshold,
        thresholdType: "PERCENTAGE",
        comparisonOperator: "GREATER_THAN",
        subscriberEmailAddresses: [...settings.alertEmails],
      })),
      tags: awsTags(environment, "budget"),
    },
    options,
  );
}

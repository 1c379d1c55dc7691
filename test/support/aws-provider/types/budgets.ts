import * as sdk from "@aws-sdk/client-budgets";
import { ACCOUNT_ID, type Aws } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";

const client = (aws: Aws): sdk.BudgetsClient => aws.client(sdk.BudgetsClient);

function budgetOf(inputs: Props): sdk.Budget {
  const amount = inputs.maybeText("limitAmount");
  return {
    BudgetName: inputs.text("name"),
    BudgetType: inputs.choice("budgetType", sdk.BudgetType),
    TimeUnit: inputs.choice("timeUnit", sdk.TimeUnit),
    BudgetLimit: amount === undefined ? undefined : { Amount: amount, Unit: inputs.text("limitUnit") },
    CostFilters: Object.fromEntries(
      inputs.objects("costFilters").map((filter) => [filter.text("name"), filter.texts("values")]),
    ),
  };
}

function notificationOf(item: Props): sdk.NotificationWithSubscribers {
  return {
    Notification: {
      NotificationType: item.choice("notificationType", sdk.NotificationType),
      ComparisonOperator: item.choice("comparisonOperator", sdk.ComparisonOperator),
      Threshold: item.number("threshold"),
      ThresholdType: item.maybeChoice("thresholdType", sdk.ThresholdType),
    },
    Subscribers: [
      ...item
        .texts("subscriberEmailAddresses")
        .map((Address) => ({ SubscriptionType: "EMAIL" as const, Address })),
      ...item
        .texts("subscriberSnsTopicArns")
        .map((Address) => ({ SubscriptionType: "SNS" as const, Address })),
    ],
  };
}

const budget: ResourceType = {
  naming: { property: "name", longest: 100 },
  // The emulator cannot change a budget, so anything needs a new one.
  async create(inputs, aws) {
    await client(aws).send(
      new sdk.CreateBudgetCommand({
        AccountId: ACCOUNT_ID,
        Budget: budgetOf(inputs),
        NotificationsWithSubscribers: inputs.objects("notifications").map(notificationOf),
        ResourceTags: inputs.tags(),
      }),
    );
    return `${ACCOUNT_ID}:${inputs.text("name")}`;
  },
  async read(_id, state, aws) {
    const BudgetName = state.text("name");
    await client(aws).send(new sdk.DescribeBudgetCommand({ AccountId: ACCOUNT_ID, BudgetName }));
    return { arn: `arn:aws:budgets::${ACCOUNT_ID}:budget/${BudgetName}`, accountId: ACCOUNT_ID };
  },
  async delete(_id, state, aws) {
    await client(aws).send(
      new sdk.DeleteBudgetCommand({ AccountId: ACCOUNT_ID, BudgetName: state.text("name") }),
    );
  },
};

export const types: ResourceTypes = { "aws:budgets/budget:Budget": budget };

import { BudgetsClient, DeleteBudgetCommand, DescribeBudgetCommand } from "@aws-sdk/client-budgets";
import { DeleteFunctionCommand, GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  DeleteScheduleGroupCommand,
  GetScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { unlessGone } from "../aws-errors";
import { arnPattern } from "../belonging";
import type { ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { EDGE_REGION } from "./edge";
import { partName } from "./names";

/** Budgets have one endpoint for all regions. */
const budgets = (world: World): BudgetsClient => world.clients.client(BudgetsClient, EDGE_REGION);

export const budget: ResourceKind = {
  kind: "budgets:budget",
  waitsFor: [],
  arn: arnPattern("budgets", "budget/"),
  async list(world) {
    const input = { AccountId: world.caller.account, BudgetName: partName(world.environmentId, "budget") };
    const answer = await unlessGone(budgets(world).send(new DescribeBudgetCommand(input)));
    if (answer?.Budget === undefined) return [];
    return [{ id: input.BudgetName, region: "global", foundBy: FoundBy.Name }];
  },
  async remove({ id }, world) {
    await budgets(world).send(new DeleteBudgetCommand({ AccountId: world.caller.account, BudgetName: id }));
  },
};

/** With its schedules. While it is there, the function is called again: it is the last to go that anything else depends on. */
export const scheduleGroup: ResourceKind = {
  kind: "scheduler:schedule-group",
  waitsFor: [],
  arn: arnPattern("scheduler", "schedule-group/"),
  async list(world) {
    const Name = partName(world.environmentId, "expiry");
    const client = world.clients.client(SchedulerClient);
    const group = await unlessGone(client.send(new GetScheduleGroupCommand({ Name })));
    if (group === undefined) return [];
    const state = group.State ?? "ACTIVE";
    return [{ id: Name, region: world.region, foundBy: FoundBy.Name, state, going: state === "DELETING" }];
  },
  async remove({ id }, world) {
    await world.clients.client(SchedulerClient).send(new DeleteScheduleGroupCommand({ Name: id }));
  },
};

export const expiryFunction: ResourceKind = {
  kind: "lambda:function",
  waitsFor: ["scheduler:schedule-group"],
  arn: arnPattern("lambda", "function:"),
  async list(world) {
    const FunctionName = partName(world.environmentId, "expiry");
    const client = world.clients.client(LambdaClient);
    const answer = await unlessGone(client.send(new GetFunctionCommand({ FunctionName })));
    if (answer === undefined) return [];
    return [{ id: FunctionName, region: world.region, foundBy: FoundBy.Name }];
  },
  async remove({ id }, world) {
    await world.clients.client(LambdaClient).send(new DeleteFunctionCommand({ FunctionName: id }));
  },
};

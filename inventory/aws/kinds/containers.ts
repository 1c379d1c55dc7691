import {
  type Cluster,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  ECSClient,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
  StopTaskCommand,
  type TaskDefinitionStatus,
} from "@aws-sdk/client-ecs";
import { arnPattern, belongs, collect, indexedNames, pickFound } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { partName } from "./names";

const ecs = (world: World): ECSClient => world.clients.client(ECSClient);

const PARTS = ["app", "fleet"];
const CLUSTER_ARN = arnPattern("ecs", "cluster/");
/** Services AWS describes in one call. */
const SERVICES_A_CALL = 10;

async function clusters(world: World): Promise<{ readonly cluster: Cluster; readonly foundBy: FoundBy }[]> {
  const names = PARTS.map((part) => partName(world.environmentId, part));
  const answer = await ecs(world).send(
    new DescribeClustersCommand({
      clusters: [...new Set([...names, ...indexedNames(world, CLUSTER_ARN)])],
      include: ["TAGS"],
    }),
  );
  return (answer.clusters ?? []).flatMap((cluster) => {
    const foundBy = belongs(world, cluster.tags, FoundBy.Name);
    return foundBy === undefined || cluster.status === "INACTIVE" ? [] : { cluster, foundBy };
  });
}

/** `arn:aws:ecs:region:account:service/cluster/name` and those of tasks name their cluster. */
const clusterOf = (arn: string): string => arn.split("/").at(-2) ?? "";

export const service: ResourceKind = {
  kind: "ecs:service",
  waitsFor: ["application-autoscaling:scalable-target"],
  arn: arnPattern("ecs", "service/"),
  async list(world) {
    const client = ecs(world);
    const found = await Promise.all(
      (await clusters(world)).map(async ({ cluster }) => {
        const arns = await collect(
          paginateListServices({ client }, { cluster: cluster.clusterArn }),
          (page) => page.serviceArns,
        );
        const services = [];
        for (let from = 0; from < arns.length; from += SERVICES_A_CALL) {
          const answer = await client.send(
            new DescribeServicesCommand({
              cluster: cluster.clusterArn,
              services: arns.slice(from, from + SERVICES_A_CALL),
            }),
          );
          services.push(...(answer.services ?? []));
        }
        return pickFound(services, ({ serviceArn: id = "", status: state = "" }): Found | undefined =>
          state === "INACTIVE"
            ? undefined
            : { id, region: world.region, foundBy: FoundBy.Owner, state, going: state === "DRAINING" },
        );
      }),
    );
    return found.flat();
  },
  async remove({ id }, world) {
    await ecs(world).send(new DeleteServiceCommand({ cluster: clusterOf(id), service: id, force: true }));
  },
};

export const task: ResourceKind = {
  kind: "ecs:task",
  waitsFor: ["ecs:service"],
  arn: arnPattern("ecs", "task/"),
  async list(world) {
    const client = ecs(world);
    const found = await Promise.all(
      (await clusters(world)).map(({ cluster }) =>
        collect(
          paginateListTasks({ client }, { cluster: cluster.clusterArn, desiredStatus: "RUNNING" }),
          (page) => page.taskArns,
        ),
      ),
    );
    return found.flat().map((id) => ({ id, region: world.region, foundBy: FoundBy.Owner }));
  },
  async remove({ id }, world) {
    await ecs(world).send(
      new StopTaskCommand({ cluster: clusterOf(id), task: id, reason: "the environment ends" }),
    );
  },
};

export const cluster: ResourceKind = {
  kind: "ecs:cluster",
  waitsFor: ["ecs:service", "ecs:task"],
  arn: CLUSTER_ARN,
  async list(world) {
    return (await clusters(world)).map(({ cluster: { clusterArn: id = "", status }, foundBy }) => ({
      id,
      region: world.region,
      foundBy,
      ...(status === undefined ? {} : { state: status, going: status === "DEPROVISIONING" }),
    }));
  },
  async remove({ id }, world) {
    await ecs(world).send(new DeleteClusterCommand({ cluster: id }));
  },
};

/**
 * Task definitions go in two steps: deregistered they are inactive, and stay so for ever unless deleted. What is being deleted counts as
 * gone: AWS finishes that once no task uses it, and nothing can be made from it.
 */
export const taskDefinition: ResourceKind = {
  kind: "ecs:task-definition",
  waitsFor: ["ecs:service", "ecs:task"],
  arn: arnPattern("ecs", "task-definition/"),
  async list(world) {
    const client = ecs(world);
    const statuses: TaskDefinitionStatus[] = ["ACTIVE", "INACTIVE"];
    const found = await Promise.all(
      PARTS.flatMap((part) =>
        statuses.map(async (status) => {
          const arns = await collect(
            paginateListTaskDefinitions(
              { client },
              { familyPrefix: partName(world.environmentId, part), status },
            ),
            (page) => page.taskDefinitionArns,
          );
          return arns.map((id) => ({ id, region: world.region, foundBy: FoundBy.Name, state: status }));
        }),
      ),
    );
    // The prefix is a whole family in AWS; elsewhere it may be less.
    const families = PARTS.map((part) => `/${partName(world.environmentId, part)}:`);
    return found.flat().filter(({ id }) => families.some((family) => id.includes(family)));
  },
  async remove({ id, state }, world) {
    if (state === "ACTIVE")
      await ecs(world).send(new DeregisterTaskDefinitionCommand({ taskDefinition: id }));
    const { failures = [] } = await ecs(world).send(
      new DeleteTaskDefinitionsCommand({ taskDefinitions: [id] }),
    );
    const [first] = failures;
    if (first !== undefined) {
      throw Object.assign(new Error(first.detail ?? "AWS gave no detail"), {
        name: first.reason ?? "Failure",
      });
    }
  },
};

import * as sdk from "@aws-sdk/client-ecs";
import { type Aws, given, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { isRecord } from "../wire";
import { updateTags } from "./tags";

const client = (aws: Aws): sdk.ECSClient => aws.client(sdk.ECSClient);

const tagsOf = (inputs: Props): sdk.Tag[] =>
  Object.entries(inputs.map("tags")).map(([key, value]) => ({ key, value }));

const tagMap = (tags: readonly sdk.Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ key = "", value = "" }) => [key, value]));

async function updateEcsTags(resourceArn: string, news: Props, olds: Props, aws: Aws): Promise<void> {
  await updateTags(news, olds, {
    set: (tags) => {
      const lower = tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
      return client(aws).send(new sdk.TagResourceCommand({ resourceArn, tags: lower }));
    },
    remove: (tagKeys) => client(aws).send(new sdk.UntagResourceCommand({ resourceArn, tagKeys })),
  });
}

const settingsOf = (inputs: Props): sdk.ClusterSetting[] =>
  inputs.objects("settings").map((setting) => ({
    name: setting.choice("name", sdk.ClusterSettingName),
    value: setting.text("value"),
  }));

const cluster: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name"],
  async create(inputs, aws) {
    const answer = await client(aws).send(
      new sdk.CreateClusterCommand({
        clusterName: inputs.text("name"),
        settings: settingsOf(inputs),
        tags: tagsOf(inputs),
      }),
    );
    return given(answer.cluster?.clusterArn, "clusterArn");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeClustersCommand({ clusters: [id], include: ["TAGS", "SETTINGS"] }),
    );
    const found = one(answer.clusters, id);
    return found.status === "INACTIVE" ? undefined : { arn: id, tags: tagMap(found.tags) };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(new sdk.UpdateClusterCommand({ cluster: id, settings: settingsOf(news) }));
    await updateEcsTags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteClusterCommand({ cluster: id }));
  },
};

/**
 * The API's own form, written by the program as JSON. The emulator starts no task from a container without memory of its own, although the
 * task's is enough on Fargate: it is told of that.
 */
function containersOf(inputs: Props): sdk.ContainerDefinition[] {
  const found: unknown = JSON.parse(inputs.text("containerDefinitions"));
  if (!Array.isArray(found)) throw new Error("containerDefinitions is a JSON list");
  const memory = Number(inputs.maybeText("memory"));
  return found.filter(isRecord).map((one) => (memory > 0 ? { memory, ...one } : one));
}

const taskDefinition: ResourceType = {
  async create(inputs, aws) {
    const [platform, storage] = [inputs.object("runtimePlatform"), inputs.object("ephemeralStorage")];
    const answer = await client(aws).send(
      new sdk.RegisterTaskDefinitionCommand({
        family: inputs.text("family"),
        containerDefinitions: containersOf(inputs),
        cpu: inputs.maybeText("cpu"),
        memory: inputs.maybeText("memory"),
        networkMode: inputs.maybeChoice("networkMode", sdk.NetworkMode),
        executionRoleArn: inputs.maybeText("executionRoleArn"),
        taskRoleArn: inputs.maybeText("taskRoleArn"),
        requiresCompatibilities: inputs.texts("requiresCompatibilities").includes("FARGATE")
          ? ["FARGATE"]
          : undefined,
        ephemeralStorage: storage && { sizeInGiB: storage.number("sizeInGib") },
        runtimePlatform: platform && {
          cpuArchitecture: platform.maybeChoice("cpuArchitecture", sdk.CPUArchitecture),
          operatingSystemFamily: platform.maybeChoice("operatingSystemFamily", sdk.OSFamily),
        },
        tags: tagsOf(inputs),
      }),
    );
    return given(answer.taskDefinition?.taskDefinitionArn, "taskDefinitionArn");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeTaskDefinitionCommand({ taskDefinition: id, include: ["TAGS"] }),
    );
    const found = answer.taskDefinition;
    if (found?.status === "INACTIVE") return undefined;
    return {
      arn: id,
      arnWithoutRevision: id.replace(/:\d+$/, ""),
      revision: found?.revision,
      tags: tagMap(answer.tags),
    };
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: id }));
  },
};

const networkOf = (inputs: Props): sdk.NetworkConfiguration | undefined => {
  const found = inputs.object("networkConfiguration");
  return (
    found && {
      awsvpcConfiguration: {
        subnets: found.texts("subnets"),
        securityGroups: found.texts("securityGroups"),
        assignPublicIp: found.flag("assignPublicIp") ? "ENABLED" : "DISABLED",
      },
    }
  );
};

const service: ResourceType = {
  naming: { property: "name", longest: 255 },
  replaceOn: ["name", "cluster", "launchType", "schedulingStrategy", "deploymentController"],
  async create(inputs, aws) {
    const answer = await client(aws).send(
      new sdk.CreateServiceCommand({
        serviceName: inputs.text("name"),
        cluster: inputs.maybeText("cluster"),
        taskDefinition: inputs.maybeText("taskDefinition"),
        desiredCount: inputs.maybeNumber("desiredCount"),
        launchType: inputs.maybeChoice("launchType", sdk.LaunchType),
        platformVersion: inputs.maybeText("platformVersion"),
        propagateTags: inputs.maybeChoice("propagateTags", sdk.PropagateTags),
        healthCheckGracePeriodSeconds: inputs.maybeNumber("healthCheckGracePeriodSeconds"),
        networkConfiguration: networkOf(inputs),
        loadBalancers: inputs.objects("loadBalancers").map((item) => ({
          targetGroupArn: item.maybeText("targetGroupArn"),
          containerName: item.text("containerName"),
          containerPort: item.number("containerPort"),
        })),
        tags: tagsOf(inputs),
      }),
    );
    return given(answer.service?.serviceArn, "serviceArn");
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeServicesCommand({
        cluster: state.maybeText("cluster"),
        services: [id],
        include: ["TAGS"],
      }),
    );
    const found = one(answer.services, id);
    if (found.status === "INACTIVE") return undefined;
    return { arn: id, desiredCount: found.desiredCount, tags: tagMap(found.tags) };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.UpdateServiceCommand({
        service: id,
        cluster: news.maybeText("cluster"),
        taskDefinition: news.maybeText("taskDefinition"),
        desiredCount: news.maybeNumber("desiredCount"),
      }),
    );
    await updateEcsTags(id, news, olds, aws);
  },
  async delete(id, state, aws) {
    await client(aws).send(
      new sdk.DeleteServiceCommand({ service: id, cluster: state.maybeText("cluster"), force: true }),
    );
  },
};

export const types: ResourceTypes = {
  "aws:ecs/cluster:Cluster": cluster,
  "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
  "aws:ecs/service:Service": service,
};

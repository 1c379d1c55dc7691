import {
  DeleteSecretCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { DeleteParameterCommand, DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { ENVIRONMENT_TAG } from "../../../components/tagging";
import { arnPattern, belongs, collect, indexedNames, pickFound } from "../belonging";
import type { ResourceKind } from "../kind";
import { FoundBy } from "../model";

export const secret: ResourceKind = {
  kind: "secretsmanager:secret",
  // Instances and proxies read them for as long as they live; and a database that stays keeps its credentials.
  waitsFor: ["autoscaling:autoScalingGroup", "ecs:service", "rds:cluster", "rds:db", "rds:db-proxy"],
  arn: arnPattern("secretsmanager", "secret:"),
  async list(world) {
    const client = world.clients.client(SecretsManagerClient);
    const pages = paginateListSecrets(
      { client },
      {
        Filters: [
          { Key: "tag-key", Values: [ENVIRONMENT_TAG] },
          { Key: "tag-value", Values: [world.environmentId] },
        ],
      },
    );
    // These filters take beginnings: the whole tag is looked at here.
    return pickFound(await collect(pages, (page) => page.SecretList), ({ ARN: id = "", Tags }) => {
      const foundBy = belongs(world, Tags);
      return foundBy === undefined ? undefined : { id, region: world.region, foundBy };
    });
  },
  async remove({ id }, world) {
    await world.clients
      .client(SecretsManagerClient)
      .send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true }));
  },
};

const PARAMETER_ARN = arnPattern("ssm", "parameter");

/** perfbed makes none; an application of the environment may, under its tag. */
export const parameter: ResourceKind = {
  kind: "ssm:parameter",
  waitsFor: [],
  arn: PARAMETER_ARN,
  async list(world) {
    const client = world.clients.client(SSMClient);
    const names = indexedNames(world, PARAMETER_ARN);
    const found = await Promise.all(
      // An ARN has one slash before a name, be it its own or not.
      names.map((name) =>
        client.send(
          new DescribeParametersCommand({
            ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [name, name.replace(/^\//, "")] }],
          }),
        ),
      ),
    );
    return pickFound(
      found.flatMap(({ Parameters = [] }) => Parameters),
      ({ Name: id = "" }) => ({ id, region: world.region, foundBy: FoundBy.Tag }),
    );
  },
  async remove({ id }, world) {
    await world.clients.client(SSMClient).send(new DeleteParameterCommand({ Name: id }));
  },
};

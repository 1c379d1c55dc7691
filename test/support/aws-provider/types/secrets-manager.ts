import * as sdk from "@aws-sdk/client-secrets-manager";
import { type Aws, given } from "../api";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.SecretsManagerClient => aws.client(sdk.SecretsManagerClient);

const secret: ResourceType = {
  naming: { property: "name", longest: 512 },
  replaceOn: ["name", "namePrefix"],
  async create(inputs, aws) {
    const answer = await client(aws).send(
      new sdk.CreateSecretCommand({
        Name: inputs.text("name"),
        Description: inputs.maybeText("description"),
        KmsKeyId: inputs.maybeText("kmsKeyId"),
        Tags: inputs.tags(),
      }),
    );
    return given(answer.ARN, "ARN");
  },
  async read(id, _state, aws) {
    const found = await client(aws).send(new sdk.DescribeSecretCommand({ SecretId: id }));
    // Scheduled for removal: gone, but for the name.
    if (found.DeletedDate !== undefined) return undefined;
    return { arn: id, name: found.Name, tags: tagMap(found.Tags) };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.UpdateSecretCommand({ SecretId: id, Description: news.maybeText("description") }),
    );
    await updateTags(news, olds, {
      set: (Tags) => client(aws).send(new sdk.TagResourceCommand({ SecretId: id, Tags })),
      remove: (TagKeys) => client(aws).send(new sdk.UntagResourceCommand({ SecretId: id, TagKeys })),
    });
  },
  async delete(id, state, aws) {
    const days = state.maybeNumber("recoveryWindowInDays") ?? 30;
    await client(aws).send(
      new sdk.DeleteSecretCommand({
        SecretId: id,
        ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
      }),
    );
  },
};

const secretVersion: ResourceType = {
  async create(inputs, aws) {
    const SecretId = inputs.text("secretId");
    const answer = await client(aws).send(
      new sdk.PutSecretValueCommand({ SecretId, SecretString: inputs.text("secretString") }),
    );
    return `${SecretId}|${given(answer.VersionId, "VersionId")}`;
  },
  async read(id, state, aws) {
    const [SecretId, VersionId] = [state.text("secretId"), id.split("|").at(-1)];
    const found = await client(aws).send(new sdk.GetSecretValueCommand({ SecretId, VersionId }));
    return { arn: found.ARN, versionId: VersionId, versionStages: found.VersionStages };
  },
  // The last version cannot be removed; it goes with its secret.
  async delete() {},
};

export const types: ResourceTypes = {
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
};

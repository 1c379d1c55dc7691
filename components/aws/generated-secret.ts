import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { after } from "./ordering";

/** How a URL names a value in Secrets Manager; instances put the value in its place when they start. */
export const secretReference = (arn: string, key: string): string => `{{secret:${arn}:${key}}}`;

/** A password of letters and digits, so that it may stand in a URL and in ElastiCache's token as it is; about 190 bits. */
export function generatedPassword(
  name: string,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { result } = new RandomPassword(name, { length: 32, special: false }, options);
  return pulumi.secret(result);
}

export interface StoredSecretArgs {
  readonly description: string;
  /** Stored as one JSON object. */
  readonly values: Readonly<Record<string, pulumi.Input<string> | pulumi.Input<number>>>;
  readonly tags: Record<string, string>;
}

/**
 * Stores values in Secrets Manager, encrypted under the account's key for it.
 * @returns the secret's ARN, known once its value is stored: who refers to it finds it
 */
export function storedSecret(
  name: string,
  args: StoredSecretArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const secret = new secretsmanager.Secret(
    name,
    // No time to recover it in: teardown leaves nothing, and the name is free at once.
    { description: args.description, recoveryWindowInDays: 0, tags: args.tags },
    options,
  );
  const version = new secretsmanager.SecretVersion(
    `${name}-value`,
    { secretId: secret.id, secretString: pulumi.secret(pulumi.jsonStringify(args.values)) },
    options,
  );
  return after(secret.arn, version);
}

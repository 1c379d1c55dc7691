import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags, iamPath } from "../context";

/** One permission of a policy document. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  /** By operator, then by key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const policyDocument = (statements: readonly PolicyStatement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** AWS partition of an ARN: `aws`, `aws-cn`, `aws-us-gov`. */
export const partitionOf = (arn: string): string => arn.split(":")[1] ?? "aws";

export const S3_READ = ["s3:GetObject"];
export const S3_READ_WRITE = ["s3:GetObject", "s3:PutObject"];

/** Objects of the environment's bucket below a prefix. */
export function objectsBelow(
  sid: string,
  bucketArn: string,
  prefixes: readonly string[],
  actions: readonly string[],
): PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: prefixes.map((prefix) => `${bucketArn}/${prefix}/*`),
  };
}

export interface RoleSettings {
  readonly environment: EnvironmentIdentity;
  /** Name that people find in the console. */
  readonly title: string;
  /** E.g. `ec2.amazonaws.com`. */
  readonly service: string;
  /** Names of AWS's own policies below `policy/`. */
  readonly managedPolicies: readonly string[];
  /** Permissions beside those. @default none */
  readonly statements?: pulumi.Input<readonly PolicyStatement[]>;
  /** Only to learn the partition. */
  readonly bucketArn: pulumi.Input<string>;
}

/** A role with AWS's own policies and one of ours. The returned output is known once all of them are attached. */
export function createRole(
  name: string,
  settings: RoleSettings,
  options: pulumi.CustomResourceOptions,
): { readonly role: iam.Role; readonly policies: pulumi.Resource[] } {
  const role = new iam.Role(
    name,
    {
      path: iamPath(settings.environment),
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: settings.service } }],
      }),
      tags: awsTags(settings.environment, settings.title),
    },
    options,
  );
  const attachments = settings.managedPolicies.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        {
          role: role.name,
          policyArn: pulumi
            .output(settings.bucketArn)
            .apply((arn) => `arn:${partitionOf(arn)}:iam::aws:policy/${policy}`),
        },
        options,
      ),
  );
  if (settings.statements === undefined) return { role, policies: attachments };
  const own = new iam.RolePolicy(
    `${name}-policy`,
    { role: role.name, policy: pulumi.output(settings.statements).apply(policyDocument) },
    options,
  );
  return { role, policies: [...attachments, own] };
}

/**
 * An instance profile whose ARN is known once the role's policies are attached: an instance must not boot before it may read what it is
 * to run.
 */
export function createInstanceProfile(
  name: string,
  settings: Omit<RoleSettings, "service" | "managedPolicies">,
  options: pulumi.CustomResourceOptions,
): iam.InstanceProfile {
  const { role, policies } = createRole(
    `${name}-role`,
    { ...settings, service: "ec2.amazonaws.com", managedPolicies: ["AmazonSSMManagedInstanceCore"] },
    options,
  );
  return new iam.InstanceProfile(
    `${name}-profile`,
    {
      path: iamPath(settings.environment),
      role: role.name,
      tags: awsTags(settings.environment, settings.title),
    },
    pulumi.mergeOptions(options, { dependsOn: policies }),
  );
}

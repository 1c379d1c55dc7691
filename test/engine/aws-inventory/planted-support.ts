import type { AwsAccess } from "../../../inventory/aws/model";

export const REGION = "eu-west-1";

export const accessTo = (endpoint: string): AwsAccess => ({
  region: REGION,
  endpoint,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

export interface PlantedIds {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Has no tag. */
  readonly interfaceId: string;
  readonly bucket: string;
}

export interface PlantOptions {
  readonly expiresAt?: string;
  /** That its tags name, its own first. @default none, as of an environment in one */
  readonly regions?: readonly string[];
  /** Of the database. @default false */
  readonly deletionProtection?: boolean;
}

export const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("moto answered without it");
  return value;
};

/** A trust policy. */
export const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });

/** As most services take them. */
export type Tags = { Key: string; Value: string }[];

import * as sdk from "@aws-sdk/client-s3";
import type { Aws } from "../api";
import { archiveContents, assetContents, isArchive } from "../assets";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { isRecord } from "../wire";
import { tagMap } from "./tags";

const client = (aws: Aws): sdk.S3Client => aws.client(sdk.S3Client);

async function setTags(Bucket: string, inputs: Props, aws: Aws): Promise<void> {
  const TagSet = inputs.tags();
  if (TagSet.length === 0) await client(aws).send(new sdk.DeleteBucketTaggingCommand({ Bucket }));
  else await client(aws).send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
}

async function readTags(Bucket: string, aws: Aws): Promise<Record<string, string>> {
  try {
    return tagMap((await client(aws).send(new sdk.GetBucketTaggingCommand({ Bucket }))).TagSet);
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchTagSet") return {};
    throw error;
  }
}

async function empty(Bucket: string, aws: Aws): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await client(aws).send(
    new sdk.ListObjectVersionsCommand({ Bucket }),
  );
  if (DeleteMarkers.length > 0) {
    // The emulator cannot remove markers from a bucket whose versioning is suspended.
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await client(aws).send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  if (Objects.length > 0)
    await client(aws).send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
}

const bucket: ResourceType = {
  naming: { property: "bucket", longest: 63 },
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
  async create(inputs, aws, made) {
    const Bucket = inputs.text("bucket");
    const LocationConstraint = Object.values(sdk.BucketLocationConstraint).find(
      (name) => name === aws.region,
    );
    await client(aws).send(
      new sdk.CreateBucketCommand({
        Bucket,
        ...(LocationConstraint === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
      }),
    );
    made(Bucket);
    if (inputs.tags().length > 0) await setTags(Bucket, inputs, aws);
    return Bucket;
  },
  async read(id, _state, aws) {
    await client(aws).send(new sdk.HeadBucketCommand({ Bucket: id }));
    return {
      arn: `arn:aws:s3:::${id}`,
      bucket: id,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${aws.region}.amazonaws.com`,
      tags: await readTags(id, aws),
    };
  },
  async update(id, news, _olds, aws) {
    await setTags(id, news, aws);
  },
  async delete(id, state, aws) {
    if (state.flag("forceDestroy")) await empty(id, aws);
    await client(aws).send(new sdk.DeleteBucketCommand({ Bucket: id }));
  },
};

/** A setting of a bucket that is a resource of its own: put, looked at, removed. */
function bucketSetting(calls: {
  put(bucket: string, inputs: Props, aws: Aws): Promise<unknown>;
  get(bucket: string, aws: Aws): Promise<unknown>;
  remove(bucket: string, aws: Aws): Promise<unknown>;
}): ResourceType {
  return {
    replaceOn: ["bucket"],
    async create(inputs, aws) {
      const name = inputs.text("bucket");
      await calls.put(name, inputs, aws);
      return name;
    },
    async read(id, _state, aws) {
      await calls.get(id, aws);
      return {};
    },
    async update(id, news, _olds, aws) {
      await calls.put(id, news, aws);
    },
    async delete(id, _state, aws) {
      await calls.remove(id, aws);
    },
  };
}

/** The emulator looks at no conditions: `deny what is not encrypted` would deny everything, at the latest when objects come and go. */
function withoutConditionalDenials(policy: string): string {
  const document: unknown = JSON.parse(policy);
  if (!isRecord(document) || !Array.isArray(document.Statement)) return policy;
  const Statement = document.Statement.filter(
    (one: unknown) => !(isRecord(one) && one.Effect === "Deny" && one.Condition !== undefined),
  );
  return JSON.stringify({ ...document, Statement });
}

const policy = bucketSetting({
  put: (Bucket, inputs, aws) => {
    const Policy = withoutConditionalDenials(inputs.text("policy"));
    return client(aws).send(new sdk.PutBucketPolicyCommand({ Bucket, Policy }));
  },
  get: (Bucket, aws) => client(aws).send(new sdk.GetBucketPolicyCommand({ Bucket })),
  remove: (Bucket, aws) => client(aws).send(new sdk.DeleteBucketPolicyCommand({ Bucket })),
});

const publicAccessBlock = bucketSetting({
  put: (Bucket, inputs, aws) =>
    client(aws).send(
      new sdk.PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: inputs.flag("blockPublicAcls"),
          BlockPublicPolicy: inputs.flag("blockPublicPolicy"),
          IgnorePublicAcls: inputs.flag("ignorePublicAcls"),
          RestrictPublicBuckets: inputs.flag("restrictPublicBuckets"),
        },
      }),
    ),
  get: (Bucket, aws) => client(aws).send(new sdk.GetPublicAccessBlockCommand({ Bucket })),
  remove: (Bucket, aws) => client(aws).send(new sdk.DeletePublicAccessBlockCommand({ Bucket })),
});

const encryption = bucketSetting({
  put: (Bucket, inputs, aws) =>
    client(aws).send(
      new sdk.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: inputs.objects("rules").map((rule) => {
            const byDefault = rule.object("applyServerSideEncryptionByDefault");
            return {
              BucketKeyEnabled: rule.maybeFlag("bucketKeyEnabled"),
              ApplyServerSideEncryptionByDefault: byDefault && {
                SSEAlgorithm: byDefault.choice("sseAlgorithm", sdk.ServerSideEncryption),
                KMSMasterKeyID: byDefault.maybeText("kmsMasterKeyId"),
              },
            };
          }),
        },
      }),
    ),
  get: (Bucket, aws) => client(aws).send(new sdk.GetBucketEncryptionCommand({ Bucket })),
  remove: (Bucket, aws) => client(aws).send(new sdk.DeleteBucketEncryptionCommand({ Bucket })),
});

const ownershipControls = bucketSetting({
  put: (Bucket, inputs, aws) => {
    const ObjectOwnership = inputs.object("rule")?.choice("objectOwnership", sdk.ObjectOwnership);
    return client(aws).send(
      new sdk.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership }] },
      }),
    );
  },
  get: (Bucket, aws) => client(aws).send(new sdk.GetBucketOwnershipControlsCommand({ Bucket })),
  remove: (Bucket, aws) => client(aws).send(new sdk.DeleteBucketOwnershipControlsCommand({ Bucket })),
});

function lifecycleRule(rule: Props): sdk.LifecycleRule {
  const [expiration, abort, old, filter] = [
    "expiration",
    "abortIncompleteMultipartUpload",
    "noncurrentVersionExpiration",
    "filter",
  ].map((key) => rule.object(key));
  return {
    ID: rule.text("id"),
    Status: rule.choice("status", sdk.ExpirationStatus),
    Filter: { Prefix: filter?.maybeText("prefix") ?? "" },
    Expiration: expiration && { Days: expiration.maybeNumber("days") },
    AbortIncompleteMultipartUpload: abort && {
      DaysAfterInitiation: abort.maybeNumber("daysAfterInitiation"),
    },
    NoncurrentVersionExpiration: old && { NoncurrentDays: old.maybeNumber("noncurrentDays") },
  };
}

const lifecycle = bucketSetting({
  put: (Bucket, inputs, aws) =>
    client(aws).send(
      new sdk.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: inputs.objects("rules").map(lifecycleRule) },
      }),
    ),
  get: (Bucket, aws) => client(aws).send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })),
  remove: (Bucket, aws) => client(aws).send(new sdk.DeleteBucketLifecycleCommand({ Bucket })),
});

const versioning = bucketSetting({
  put: (Bucket, inputs, aws) => {
    const wanted = inputs.object("versioningConfiguration")?.choice("status", sdk.BucketVersioningStatus);
    return client(aws).send(
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: wanted } }),
    );
  },
  get: (Bucket, aws) => client(aws).send(new sdk.GetBucketVersioningCommand({ Bucket })),
  remove: (Bucket, aws) =>
    client(aws).send(
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    ),
});

async function putObject(inputs: Props, aws: Aws): Promise<void> {
  const { source } = inputs.all;
  const Body =
    source === undefined
      ? (inputs.maybeText("content") ?? "")
      : isArchive(source)
        ? archiveContents(source)
        : assetContents(source);
  await client(aws).send(
    new sdk.PutObjectCommand({
      Bucket: inputs.text("bucket"),
      Key: inputs.text("key"),
      Body,
      ContentType: inputs.maybeText("contentType"),
      ServerSideEncryption: inputs.maybeChoice("serverSideEncryption", sdk.ServerSideEncryption),
      Tagging: new URLSearchParams(inputs.map("tags")).toString(),
    }),
  );
}

const object: ResourceType = {
  replaceOn: ["bucket", "key"],
  async create(inputs, aws) {
    await putObject(inputs, aws);
    return inputs.text("key");
  },
  async read(id, state, aws) {
    const Bucket = state.text("bucket");
    const found = await client(aws).send(new sdk.HeadObjectCommand({ Bucket, Key: id }));
    const etag = found.ETag?.replaceAll('"', "");
    return { arn: `arn:aws:s3:::${Bucket}/${id}`, ...(state.has("etag") ? {} : { etag }) };
  },
  async update(_id, news, _olds, aws) {
    await putObject(news, aws);
  },
  async delete(id, state, aws) {
    await client(aws).send(new sdk.DeleteObjectCommand({ Bucket: state.text("bucket"), Key: id }));
  },
};

export const types: ResourceTypes = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketPolicy:BucketPolicy": policy,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownershipControls,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
};

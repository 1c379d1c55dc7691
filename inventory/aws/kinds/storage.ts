import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  paginateListBuckets,
  S3Client,
} from "@aws-sdk/client-s3";
import { unlessGone } from "../aws-errors";
import { type AnyTag, arnPattern, belongs, collect, indexedNames } from "../belonging";
import type { Found, ResourceKind, World } from "../kind";
import { FoundBy } from "../model";
import { bucketPattern } from "./names";

const BUCKET_ARN = arnPattern("s3", "");

const s3 = (world: World): S3Client => world.clients.client(S3Client);

async function tagsOf(world: World, bucket: string): Promise<readonly AnyTag[]> {
  // NoSuchTagSet, where it has none.
  return (await unlessGone(s3(world).send(new GetBucketTaggingCommand({ Bucket: bucket }))))?.TagSet ?? [];
}

export const bucket: ResourceKind = {
  kind: "s3:bucket",
  // What still runs would go on writing into it.
  waitsFor: ["autoscaling:autoScalingGroup", "ec2:instance", "ecs:task", "elasticloadbalancing:loadbalancer"],
  arn: BUCKET_ARN,
  async list(world) {
    const { environmentId, region } = world;
    const pages = paginateListBuckets(
      { client: s3(world) },
      { Prefix: `${environmentId}-`, BucketRegion: region, MaxBuckets: 1_000 },
    );
    const names = (await collect(pages, (page) => page.Buckets)).flatMap(({ Name }) => Name ?? []);
    const tagged = indexedNames(world, BUCKET_ARN);
    const pattern = bucketPattern(environmentId);
    const found = await Promise.all(
      // Not every endpoint heeds the prefix.
      names
        .filter((id) => id.startsWith(`${environmentId}-`) || tagged.includes(id))
        .map(async (id): Promise<Found[]> => {
          const foundBy = belongs(world, await tagsOf(world, id), pattern.test(id) && FoundBy.Name);
          return foundBy === undefined ? [] : [{ id, region, foundBy }];
        }),
    );
    return found.flat();
  },
  async remove({ id }, world) {
    await empty(s3(world), id);
    await s3(world).send(new DeleteBucketCommand({ Bucket: id }));
  },
};

/** Every version of every object, and what was begun and never finished. A page holds as many as one removal takes. */
async function empty(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    // What is on one page is gone before the next is asked for, so that the first page is always the right one.
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (versions.length === 0) break;
    await removeVersions(client, bucket, versions);
  }
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    if (Uploads.length === 0) break;
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
  }
}

async function removeVersions(
  client: S3Client,
  bucket: string,
  versions: readonly { readonly Key?: string | undefined; readonly VersionId?: string | undefined }[],
): Promise<void> {
  const { Errors = [] } = await client.send(
    new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Objects: versions.map(({ Key = "", VersionId }) => ({ Key, VersionId })), Quiet: true },
    }),
  );
  const [first] = Errors;
  if (first === undefined) return;
  throw Object.assign(new Error(`${first.Key ?? ""}: ${first.Message ?? ""}`), {
    name: first.Code ?? "DeleteObjects",
  });
}

import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import {
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { RESERVED_TAG_PREFIX } from "../../../../components/tagging";
import { EnvironmentError } from "../../../../core/errors";
import { isAwsError } from "../errors";

/** What a listing says of an object: another tag means another content. */
export interface StoredObject {
  readonly key: string;
  readonly tag: string;
}

const DELETED_AT_ONCE = 1_000;

/** The environment's bucket: AWS has completed its name, so it is found by its beginning and its tag. */
export async function findBucket(s3: S3Client, environmentId: string): Promise<string> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name } of Buckets) {
    if (Name?.startsWith(`${environmentId}-`) !== true) continue;
    const tags = await s3.send(new GetBucketTaggingCommand({ Bucket: Name })).catch((error: unknown) => {
      if (isAwsError(error, "NoSuchTagSet", "NoSuchBucket", "AccessDenied")) return undefined;
      throw error;
    });
    const own = tags?.TagSet?.some(
      ({ Key, Value }) => Key === `${RESERVED_TAG_PREFIX}environment` && Value === environmentId,
    );
    if (own === true) return Name;
  }
  throw new EnvironmentError("PERFBED_AWS_NO_BUCKET", `Environment ${environmentId} has no bucket`, {
    hint: "Its provisioning did not finish, or somebody has removed it. Destroy the environment and make it again.",
  });
}

/** The objects of one bucket, as far as a run needs them. */
export class FleetObjects {
  constructor(
    private readonly s3: S3Client,
    readonly bucketName: string,
  ) {}

  async put(key: string, body: Buffer | string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucketName, Key: key, Body: body }));
  }

  /** Text of an object; undefined when it is not there. */
  async text(key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucketName, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (isAwsError(error, "NoSuchKey", "NotFound")) return undefined;
      throw error;
    }
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({
          Bucket: this.bucketName,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key, ETag, LastModified } of page.Contents ?? []) {
        if (Key !== undefined)
          found.push({ key: Key, tag: `${ETag ?? ""} ${LastModified?.getTime() ?? ""}` });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  /** Streams an object into a file of this user's alone, unpacked when its name says so. */
  async download(key: string, file: string): Promise<void> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucketName, Key: key }));
    if (!(Body instanceof Readable)) throw new Error(`${key} came without a body`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const target = createWriteStream(file, { mode: 0o600 });
    if (key.endsWith(".gz")) await pipeline(Body, createGunzip(), target);
    else await pipeline(Body, target);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETED_AT_ONCE) {
      await this.s3.send(
        new DeleteObjectsCommand({
          Bucket: this.bucketName,
          Delete: { Objects: keys.slice(from, from + DELETED_AT_ONCE).map((Key) => ({ Key })), Quiet: true },
        }),
      );
    }
  }
}

/**
 * How far this machine's clock is ahead of AWS's, milliseconds, from the date of an answer: good to a second, which is enough to name an
 * instant that has not passed yet. The generators' own clocks are measured far better, by themselves.
 */
export async function ownClockAheadMs(s3: S3Client, bucketName: string): Promise<number> {
  let date: string | undefined;
  const command = new ListObjectsV2Command({ Bucket: bucketName, MaxKeys: 1 });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (typeof response === "object" && response !== null) {
        const headers: unknown = Reflect.get(response, "headers");
        const value: unknown =
          typeof headers === "object" && headers !== null ? Reflect.get(headers, "date") : undefined;
        if (typeof value === "string") date = value;
      }
      return result;
    },
    { step: "deserialize", name: "perfbedDate" },
  );
  const sentAtMs = Date.now();
  await s3.send(command);
  const answeredAtMs = Date.now();
  const servedAtMs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(servedAtMs)) return 0;
  // The date has whole seconds: half a second on average was cut off.
  return (sentAtMs + answeredAtMs) / 2 - (servedAtMs + 500);
}

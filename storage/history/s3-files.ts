import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { errorMessage } from "../errors";
import { HistoryError } from "./errors";
import type { HistoryFiles } from "./files";

export interface S3FilesOptions {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** @default the SDK's own: AWS_REGION, the profile, else us-east-1 */
  readonly region?: string;
  /** Another service that speaks S3. @default the SDK's own: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS */
  readonly endpoint?: string;
  /** Bucket in the path instead of the host name. @default true with an endpoint of one's own */
  readonly pathStyle?: boolean;
}

/** Objects fetched at once. */
const PARALLEL = 16;
/** Tries when another writer was at the same key in the same moment. */
const CONFLICT_TRIES = 5;

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/**
 * A bucket of S3, or of anything that speaks S3. Credentials come by the SDK's own chain (environment, profile, web identity, instance
 * role) and are never perfbed's. Writing once rests on conditional writes (`If-None-Match: *`).
 */
export class S3Files implements HistoryFiles {
  readonly location: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  /** Folder of copies of objects, made on first need. */
  #copies: Promise<string> | undefined;

  constructor(options: S3FilesOptions) {
    const { bucket, prefix, region, endpoint } = options;
    this.#bucket = bucket;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.location = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
    const ownEndpoint = endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
    this.#client = new S3Client({
      ...(region === undefined ? {} : { region }),
      ...(region === undefined && ownEndpoint !== undefined && process.env.AWS_REGION === undefined
        ? { region: "us-east-1" }
        : {}),
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: options.pathStyle ?? ownEndpoint !== undefined,
      followRegionRedirects: true,
      // Other services than AWS do not know the newer checksums.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  async putIfAbsent(name: string, content: Uint8Array): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(
          new PutObjectCommand({
            Bucket: this.#bucket,
            Key: this.#prefix + name,
            Body: content,
            ContentLength: content.byteLength,
            IfNoneMatch: "*",
            ContentType: name.endsWith(".json") ? "application/json" : "application/vnd.apache.parquet",
          }),
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        // 409: two conditional writes met; the other may still fail, so ask again.
        if (statusOf(error) === 409 && attempt < CONFLICT_TRIES) continue;
        throw this.#failure("PERFBED_HISTORY_WRITE", "cannot be written", error);
      }
    }
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.#get(this.#prefix + name);
  }

  localPath(name: string): Promise<string | undefined> {
    return this.#copy(this.#prefix + name);
  }

  async localPaths(folder: string, extension: string): Promise<string[]> {
    const keys = await this.#keys(`${this.#prefix}${folder}/`, extension);
    const paths: string[] = [];
    const queue = [...keys];
    const fetchNext = async (): Promise<void> => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        const path = await this.#copy(key);
        if (path !== undefined) paths.push(path);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, fetchNext));
    return paths.sort();
  }

  async prepare(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    } catch (error) {
      throw this.#failure("PERFBED_HISTORY_UNREACHABLE", "cannot be reached", error);
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
    if (this.#copies !== undefined) await rm(await this.#copies, { recursive: true, force: true });
    this.#copies = undefined;
  }

  /** Objects never change, so one that was fetched is fetched for good. */
  readonly #fetched = new Set<string>();

  async #copy(key: string): Promise<string | undefined> {
    this.#copies ??= mkdtemp(join(tmpdir(), "perfbed-history-"));
    // A name of its own for each key, of any length and with any character.
    const path = join(await this.#copies, `${createHash("sha256").update(key).digest("hex")}.parquet`);
    if (this.#fetched.has(path)) return path;
    const content = await this.#get(key);
    if (content === undefined) return undefined;
    await writeFile(path, content);
    this.#fetched.add(path);
    return path;
  }

  async #keys(prefix: string, extension: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const { Key } of page.Contents ?? []) {
          if (Key?.endsWith(extension) === true) keys.push(Key);
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    } catch (error) {
      throw this.#failure("PERFBED_HISTORY_READ", "cannot be read", error);
    }
    return keys;
  }

  async #get(key: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray());
    } catch (error) {
      // A missing bucket is a 404 as well, but no missing file.
      if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
      throw this.#failure("PERFBED_HISTORY_READ", "cannot be read", error);
    }
  }

  #failure(code: string, what: string, cause: unknown): HistoryError {
    const name = cause instanceof Error ? cause.name : "";
    const status = statusOf(cause);
    const reason =
      status === 404
        ? "there is no such bucket"
        : status === 403
          ? "access is denied"
          : errorMessage(cause) || name;
    const hint = /region is missing/i.test(reason)
      ? "Set AWS_REGION, or name it in the address: s3://bucket/prefix?region=eu-west-1"
      : name === "CredentialsProviderError"
        ? "Give the AWS SDK credentials: AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role."
        : "Needed are s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on the prefix.";
    return new HistoryError(code, `The history ${this.location} ${what}: ${reason}`, { cause, hint });
  }
}

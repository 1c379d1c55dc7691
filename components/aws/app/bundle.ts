import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { perfbedHome } from "../../../core/home";
import type { EnvironmentIdentity } from "../../contracts";
import { awsTags } from "../context";
import { tarFolder } from "./tar";

/** Prefix of the application's code in the environment's bucket. */
export const BUNDLES_PREFIX = "app/bundles";

/** Never shipped: history, and what perfbed itself has measured. Everything else is part of what is tested. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "perfbed-results"]);

const CHUNK_BYTES = 8 * 1024 * 1024;
const KEPT_DAYS = 7;

/** An application's folder, packed. */
export interface Bundle {
  /** Of the archive before compression, so that it does not depend on who compressed it; hexadecimal. */
  readonly sha256: string;
  readonly file: string;
}

/**
 * Packs a folder into perfbed's own folder, unless the same content already lies there. It is shipped as it is, dependencies included:
 * compiled modules have to fit the processor of the instances.
 */
export function packFolder(folder: string, home: string = perfbedHome()): Bundle {
  const bundles = join(home, "bundles");
  mkdirSync(bundles, { recursive: true, mode: 0o700 });
  const sha256 = createHashOf(folder, () => {});
  const file = join(bundles, `${sha256}.tar.gz`);
  if (!existsSync(file)) compress(folder, file, sha256);
  const now = new Date();
  utimesSync(file, now, now);
  removeOld(bundles, now);
  return { sha256, file };
}

function createHashOf(folder: string, use: (piece: Buffer) => void): string {
  const hash = createHash("sha256");
  for (const piece of tarFolder(folder, LEFT_OUT)) {
    hash.update(piece);
    use(piece);
  }
  return hash.digest("hex");
}

/** A gzip file may consist of several, so a large folder never has to be held as a whole. */
function compress(folder: string, file: string, expected: string): void {
  const unfinished = `${file}.${process.pid}`;
  const output = openSync(unfinished, "w", 0o600);
  try {
    let waiting: Buffer[] = [];
    let bytes = 0;
    const flush = (): void => {
      writeSync(output, gzipSync(Buffer.concat(waiting)));
      waiting = [];
      bytes = 0;
    };
    const sha256 = createHashOf(folder, (piece) => {
      waiting.push(piece);
      bytes += piece.length;
      if (bytes >= CHUNK_BYTES) flush();
    });
    flush();
    if (sha256 !== expected) throw new Error(`${folder} was changed while it was packed`);
    renameSync(unfinished, file);
  } finally {
    closeSync(output);
    rmSync(unfinished, { force: true });
  }
}

function removeOld(folder: string, now: Date): void {
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? oldest) < oldest)
      rmSync(path, { force: true });
  }
}

export const bundleKey = (bundle: Bundle): string => `${BUNDLES_PREFIX}/${bundle.sha256}.tar.gz`;

/** A file that instances fetch when they start. */
export interface ShippedFile {
  readonly environment: EnvironmentIdentity;
  readonly bucketName: pulumi.Input<string>;
  /** Says what is in it, so that another content is another object. */
  readonly key: string;
  readonly file: string;
  readonly contentType: string;
  readonly title: string;
}

/** The file in the environment's bucket. */
export function createShippedFile(
  name: string,
  { environment, bucketName, key, file, contentType, title }: ShippedFile,
  options: pulumi.CustomResourceOptions,
): s3.BucketObjectv2 {
  return new s3.BucketObjectv2(
    name,
    {
      bucket: bucketName,
      key,
      source: new pulumi.asset.FileAsset(file),
      contentType,
      forceDestroy: true,
      // An object takes ten tags and no more, so it carries perfbed's alone.
      tags: awsTags({ ...environment, tags: {} }, title),
    },
    options,
  );
}

/** The bundle in the environment's bucket. */
export const createBundleObject = (
  name: string,
  { bundle, ...place }: Pick<ShippedFile, "environment" | "bucketName"> & { readonly bundle: Bundle },
  options: pulumi.CustomResourceOptions,
): s3.BucketObjectv2 =>
  createShippedFile(
    name,
    {
      ...place,
      key: bundleKey(bundle),
      file: bundle.file,
      contentType: "application/gzip",
      title: "app-bundle",
    },
    options,
  );

import { readFileSync, statSync } from "node:fs";
import { ARCHIVE, ASSET, isRecord, specialKind } from "./wire";

/** Contents of an asset as the engine sends it: a file or a text. */
export function assetContents(value: unknown): Buffer {
  if (!isRecord(value) || specialKind(value) !== ASSET) throw new Error("this is no asset");
  if (typeof value.text === "string") return Buffer.from(value.text);
  if (typeof value.path === "string") return readFileSync(value.path);
  throw new Error("the stand-in does not fetch assets over the network");
}

/**
 * Contents of an archive. A file is taken as it is. Folders and collections of assets are not packed: they become a list of their parts, which
 * is enough for an emulator that only stores them.
 */
export function archiveContents(value: unknown): Buffer {
  if (!isRecord(value) || specialKind(value) !== ARCHIVE) throw new Error("this is no archive");
  if (typeof value.path === "string" && statSync(value.path).isFile()) return readFileSync(value.path);
  return Buffer.from(JSON.stringify({ path: value.path, assets: value.assets, hash: value.hash }));
}

export const isArchive = (value: unknown): boolean => specialKind(value) === ARCHIVE;

/**
 * Where a history of Parquet files lies. A file is written once and never changed, so that copies of it never go stale. Names are
 * relative, with slashes.
 */
export interface HistoryFiles {
  /** For people: without keys. */
  readonly location: string;
  /** Stores a file whole or not at all, unless there is one of this name: false then, and nothing was changed. */
  putIfAbsent(name: string, content: Uint8Array): Promise<boolean>;
  /** Undefined when there is no such file. */
  read(name: string): Promise<Buffer | undefined>;
  /** Path on this machine of one file; undefined when there is no such file. */
  localPath(name: string): Promise<string | undefined>;
  /** Paths on this machine of every file below a folder whose name ends so, by name. */
  localPaths(folder: string, extension: string): Promise<string[]>;
  /** @throws HistoryError when files cannot be written here */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

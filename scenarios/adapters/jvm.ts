import type { LoadTool } from "../model";
import { shippedFile } from "./shipped-file";

/** Options of the JVMs that make load: a heap that a few thousand visits fit in, and a collector that leaves the cores alone. */
export const JVM_OPTIONS: readonly string[] = ["-Xmx1g", "-XX:+UseParallelGC"];

/**
 * What perfbed adds to a tool of the JVM, by file name: compiled when a generator starts, by the first of them.
 * @param names the tool's own sources
 */
export function jvmSources(tool: LoadTool, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...["Launch.java", "Rows.java"].map((name) => [`perfbed/${name}`, shippedFile("jvm", name)]),
    ...names.map((name) => [`perfbed/${name}`, shippedFile(tool, name)]),
  ]);
}

/** The first telling line of a JVM's output: a logged error, a compiler's complaint or an exception. */
export function jvmError(log: string): string | undefined {
  const line = log
    .split("\n")
    .find((candidate) => /^ERROR |\berror:|^Exception in|^Caused by:/.test(candidate));
  return line?.replace(/^ERROR /, "").trim();
}

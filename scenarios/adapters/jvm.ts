/** Options of the JVMs that make load: a heap that a few thousand visits fit in, and a collector that leaves the cores alone. */
export const JVM_OPTIONS: readonly string[] = ["-Xmx1g", "-XX:+UseParallelGC"];

/** The first telling line of a JVM's output: a logged error, a compiler's complaint or an exception. */
export function jvmError(log: string): string | undefined {
  const line = log
    .split("\n")
    .find((candidate) => /^ERROR |\berror:|^Exception in|^Caused by:/.test(candidate));
  return line?.replace(/^ERROR /, "").trim();
}

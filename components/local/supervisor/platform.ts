import { EnvironmentError } from "../../../core/errors";

/** The supervisor reads /proc: without it every answer would be a guess, so it refuses instead. */
export function requireLinux(platform: NodeJS.Platform = process.platform): void {
  if (platform === "linux") return;
  throw new EnvironmentError(
    "PERFBED_PLATFORM_UNSUPPORTED",
    `The local target needs Linux (this is ${platform}): it proves what runs and what is gone from /proc`,
    { hint: "Run perfbed in a Linux machine, virtual machine or container, or use a cloud target." },
  );
}

/** The operating system's error code (`ENOENT`), if the value has one. By shape: errors may come from another JavaScript realm. */
export function systemErrorCode(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

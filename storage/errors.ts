import { ExitCode, PerfbedError, type PerfbedErrorOptions } from "../core/errors";

/** Results could not be written or read. The environment is not at fault, but without data there is nothing to judge. */
export class StorageError extends PerfbedError {
  override readonly name = "StorageError";
  constructor(code: string, message: string, options: PerfbedErrorOptions = {}) {
    super(code, ExitCode.InvalidMeasurement, message, options);
  }
}

/** Not `instanceof Error`: an error may come from another realm (native modules, test runners). */
export function errorMessage(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}

/** True for a file or folder that is not there. */
export function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}

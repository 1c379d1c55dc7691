import { types } from "node:util";

/** Whether an unknown error carries this system error code (`ENOENT`). */
export function isErrno(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

/** The system error code, where there is one. */
export function codeOf(error: unknown): string | undefined {
  // isNativeError also knows errors made in another realm (a vm context), which instanceof does not.
  return types.isNativeError(error) && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

export function messageOf(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}

/** The innermost reason: fetch itself only says `fetch failed`. */
export function rootCause(error: unknown): unknown {
  let reason = error;
  while (types.isNativeError(reason) && reason.cause !== undefined) reason = reason.cause;
  return reason;
}

import { LeftoverReason } from "./model";

/** The code that AWS gave, whichever of its protocols carried it. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = "Code" in error && typeof error.Code === "string" ? error.Code : "";
  return [error.name, code];
}

const matches = (error: unknown, pattern: RegExp): boolean =>
  codesOf(error).some((code) => pattern.test(code));

/** True for what AWS calls by many names: NoSuchBucket, InvalidVpcID.NotFound, DBInstanceNotFound, ResourceNotFoundException ... */
export const isGone = (error: unknown): boolean =>
  matches(error, /NotFound|NoSuch|DoesNotExist|Nonexistent/i) && !isDenied(error);

export const isDenied = (error: unknown): boolean =>
  matches(error, /AccessDenied|UnauthorizedOperation|NotAuthorized|UnrecognizedClient|AuthFailure/i);

/** No credentials, or none that AWS knows: no call will do better. */
export const isWithoutCredentials = (error: unknown): boolean =>
  matches(
    error,
    /^CredentialsProviderError$|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|^AuthFailure|InvalidAccessKeyId|SignatureDoesNotMatch|TokenRefreshRequired/,
  );

const isProtected = (error: unknown): boolean => matches(error, /^OperationNotPermitted|DeletionProtection/);

/** What gets better by itself or once something else is gone: waits, and is tried again. */
const isWaiting = (error: unknown): boolean =>
  matches(
    error,
    /Dependency|InUse|InvalidDB\w*State|Invalid\w*State|IncorrectState|Conflict|OperationAborted|Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|Internal|ScalingActivityInProgress|ResourceContention|Timeout|AssociatedItem|NotDisabled|PreconditionFailed|BucketNotEmpty/i,
  );

/** One line: AWS's code and what it said. */
export function awsMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n");
  return `${error.name}: ${line}`;
}

/** Why AWS did not remove something. */
export function reasonOf(error: unknown): LeftoverReason {
  if (isDenied(error)) return LeftoverReason.AccessDenied;
  if (isProtected(error)) return LeftoverReason.DeletionProtection;
  if (isWaiting(error)) return LeftoverReason.InUse;
  return LeftoverReason.Refused;
}

/** The answer, or undefined when AWS says that the thing asked about is not there. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

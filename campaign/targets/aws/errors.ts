import { EnvironmentError, PerfbedError } from "../../../core/errors";

/** What is known of a kind of failure, by the names that the SDK and the services give it. */
const KNOWN: readonly { readonly names: RegExp; readonly code: string; readonly hint: string }[] = [
  {
    names: /^(CredentialsProviderError|CredentialsError|TokenProviderError|NoCredentials.*)$/,
    code: "PERFBED_AWS_CREDENTIALS",
    hint: "Sign in (for instance `aws sso login`), or set AWS_PROFILE. docs/aws.md shows both.",
  },
  {
    names:
      /^(ExpiredToken.*|InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId|RequestExpired)$/,
    code: "PERFBED_AWS_CREDENTIALS",
    hint: "The credentials have expired or are not valid here: sign in again, and check that this machine's clock is right.",
  },
  {
    names: /^(AccessDenied.*|UnauthorizedOperation|AuthorizationError|NotAuthorized|OptInRequired)$/,
    code: "PERFBED_AWS_ACCESS_DENIED",
    hint: "docs/aws.md has the IAM policy that a campaign needs.",
  },
  {
    names: /^(Throttling.*|TooManyRequestsException|RequestLimitExceeded|SlowDown|PriorRequestNotComplete)$/,
    code: "PERFBED_AWS_THROTTLED",
    hint: "AWS asked for fewer calls, again and again. Wait a minute and repeat the command.",
  },
  {
    names: /^(TimeoutError|NetworkingError|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|UnknownEndpoint)$/,
    code: "PERFBED_AWS_UNREACHABLE",
    hint: "Check the region's name, the network and HTTPS_PROXY.",
  },
];

const firstLine = (text: string): string => text.split("\n")[0]?.trim() ?? "";

function namesOf(error: unknown): readonly string[] {
  if (typeof error !== "object" || error === null) return [];
  return ["name", "code"].flatMap((key) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === "string" ? [value] : [];
  });
}

/** True when a service says so itself, by that name. */
export const isAwsError = (error: unknown, ...names: readonly string[]): boolean =>
  namesOf(error).some((name) => names.includes(name));

/** A failed call of AWS as what a user needs: what was tried, what AWS said, what to do. */
export function awsFailure(error: unknown, doing: string): PerfbedError {
  if (error instanceof PerfbedError) return error;
  const names = namesOf(error);
  const known = KNOWN.find((one) => names.some((name) => one.names.test(name)));
  const said = error instanceof Error ? firstLine(error.message) : String(error);
  return new EnvironmentError(known?.code ?? "PERFBED_AWS_API", `AWS: ${doing} failed: ${said}`, {
    cause: error,
    ...(known === undefined ? {} : { hint: known.hint }),
  });
}

/** Runs calls of AWS; what fails comes back as an error for people. An abort stays an abort. */
export async function withAws<T>(doing: string, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await call();
  } catch (error) {
    signal?.throwIfAborted();
    throw awsFailure(error, doing);
  }
}

import { EnvironmentError, type PerfbedErrorOptions } from "../../../core/errors";

/** What went wrong between perfbed and HAProxy's runtime API. The values are stable error codes. */
export enum HaproxyErrorCode {
  /** Nobody listens on the socket: HAProxy is not running, or not any more. */
  Unreachable = "PERFBED_HAPROXY_UNREACHABLE",
  /** Connected, but no complete answer within the time limit. */
  Timeout = "PERFBED_HAPROXY_TIMEOUT",
  /** HAProxy answered with an error text. */
  Refused = "PERFBED_HAPROXY_REFUSED",
  /** The answer has not the documented form. */
  Malformed = "PERFBED_HAPROXY_MALFORMED",
}

/** Every failure of `HaproxyRuntime`. Branch on `kind`, never on the message. */
export class HaproxyError extends EnvironmentError {
  constructor(
    readonly kind: HaproxyErrorCode,
    message: string,
    options: PerfbedErrorOptions = {},
  ) {
    super(kind, message, options);
  }
}

import { onEveryAttempt, type SdkClient, type SdkClientClass } from "../../../inventory/aws/clients";
import type { AwsApiCall } from "../../../inventory/aws/model";

/** One call of the AWS API, as in IAM policies. */
export type AwsCall = AwsApiCall;

/** The account that the emulator answers for. */
export const ACCOUNT_ID = "123456789012";

/** AWS as a resource type sees it: in one region. */
export interface Aws {
  readonly region: string;
  /** Made on first use, one a service and region. */
  client<C extends SdkClient>(type: SdkClientClass<C>): C;
  /** For what AWS does by itself and the emulator does not: neither on record nor ever refused. */
  unrecorded<C extends SdkClient>(type: SdkClientClass<C>): C;
  arn(service: string, resource: string): string;
}

export interface ApiOptions {
  readonly endpoint: string;
  /** Every nth call is refused once as too many; clients try again by themselves. */
  readonly throttleEvery?: number;
}

/** Clients of the AWS API at an emulator, with every call on record. */
export class AwsApi {
  readonly calls: AwsCall[] = [];
  #throttled = 0;
  #attempts = 0;
  readonly #clients = new Map<string, SdkClient>();

  constructor(readonly options: ApiOptions) {}

  /** How many calls were refused as too many. */
  get throttled(): number {
    return this.#throttled;
  }

  inRegion(region: string): Aws {
    return {
      region,
      client: (type) => this.#client(type, region, true),
      unrecorded: (type) => this.#client(type, region, false),
      arn: (service, resource) => `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}`,
    };
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #client<C extends SdkClient>(type: SdkClientClass<C>, region: string, recorded: boolean): C {
    const key = `${type.name}/${region}/${recorded}`;
    const known = this.#clients.get(key);
    if (known instanceof type) return known;
    const client = new type({
      region,
      endpoint: this.options.endpoint,
      credentials: { accessKeyId: "stand-in", secretAccessKey: "stand-in" },
      maxAttempts: 8,
      forcePathStyle: true,
    });
    this.#clients.set(key, client);
    if (recorded) onEveryAttempt(client, (call) => this.#attempt(call));
    return client;
  }

  #attempt(call: AwsCall): void {
    this.calls.push(call);
    this.#attempts++;
    const { throttleEvery } = this.options;
    if (throttleEvery !== undefined && this.#attempts % throttleEvery === 0) {
      this.#throttled++;
      throw Object.assign(new Error("Rate exceeded"), {
        name: "ThrottlingException",
        $fault: "client",
        $metadata: { httpStatusCode: 400 },
        $retryable: { throttling: true },
      });
    }
  }
}

/** True for what AWS calls by many names: NoSuchBucket, InvalidVpcID.NotFound, DBInstanceNotFound, ResourceNotFoundException ... */
export function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "Code" in error && typeof error.Code === "string" ? error.Code : "";
  return [error.name, code].some((name) => /NotFound|NoSuch|DoesNotExist|Nonexistent/i.test(name));
}

/** The one that was asked for, out of a list that AWS answered. */
export function one<T>(items: readonly T[] | undefined, what: string): T {
  const [item] = items ?? [];
  if (item === undefined) throw Object.assign(new Error(`${what} does not exist`), { name: "NotFound" });
  return item;
}

/** What AWS always answers although its types leave it open. */
export function given<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`the answer has no ${what}`);
  return value;
}

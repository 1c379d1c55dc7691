/** One call of the AWS API. */
export interface AwsCall {
  /** As in IAM policies, e.g. `ec2` or `elasticloadbalancing`. */
  readonly service: string;
  /** Operation of the API, e.g. `CreateVpc`. */
  readonly action: string;
}

/** The account that the emulator answers for. */
export const ACCOUNT_ID = "123456789012";

/** Prefixes of IAM actions that are not the client's name in lower case. */
const SERVICES: Readonly<Record<string, string>> = {
  ApplicationAutoScaling: "application-autoscaling",
  CloudWatchLogs: "logs",
  ElasticLoadBalancingV2: "elasticloadbalancing",
  ResourceGroupsTaggingAPI: "tag",
};

interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** A step that every attempt of a call passes, whatever the call takes and gives. */
type Middleware = <Args, Result>(
  next: (args: Args) => Promise<Result>,
  context: CallContext,
) => (args: Args) => Promise<Result>;

/** What this needs to know of a client of the AWS SDK. */
interface SdkClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { step: "finalizeRequest"; priority: "low"; name: string }): void;
  };
  destroy(): void;
}

interface SdkConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  /** S3 only: the bucket in the path, since the emulator has one host. */
  readonly forcePathStyle: boolean;
}

type SdkClientClass<C extends SdkClient> = new (config: SdkConfig) => C;

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
    if (!recorded) return client;
    const attempt: Middleware = (next, context) => async (args) => {
      this.#attempt(context);
      return next(args);
    };
    // After the retries, so that every attempt comes by.
    client.middlewareStack.add(attempt, { step: "finalizeRequest", priority: "low", name: "record" });
    return client;
  }

  #attempt(context: CallContext): void {
    const name = (context.clientName ?? "").replace(/Client$/, "");
    const action = (context.commandName ?? "").replace(/Command$/, "");
    this.calls.push({ service: SERVICES[name] ?? name.toLowerCase(), action });
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

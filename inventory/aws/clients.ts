import type { AwsAccess, AwsApiCall } from "./model";

/** IAM's prefix where it is not the client's name in lower case. */
const IAM_PREFIXES: Readonly<Record<string, string>> = {
  ApplicationAutoScaling: "application-autoscaling",
  CloudWatchLogs: "logs",
  ElasticLoadBalancingV2: "elasticloadbalancing",
  ResourceGroupsTaggingAPI: "tag",
};

/** Attempts of one call; the SDK waits longer before each, and adds chance to it. */
const MAX_ATTEMPTS = 8;

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
export interface SdkClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { step: "finalizeRequest"; priority: "low"; name: string }): void;
  };
  destroy(): void;
}

interface SdkConfig {
  readonly region: string;
  readonly maxAttempts: number;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** S3 only: the bucket in the path, where an emulator has one host. */
  readonly forcePathStyle?: boolean;
}

export type SdkClientClass<C extends SdkClient> = new (config: SdkConfig) => C;

/** Clients of the AWS SDK, made on first use, one a service and region. */
export class AwsClients {
  readonly #clients = new Map<string, SdkClient>();
  readonly #elsewhere = new Map<string, AwsClients>();

  constructor(private readonly access: AwsAccess) {}

  client<C extends SdkClient>(type: SdkClientClass<C>, region: string = this.access.region): C {
    const key = `${type.name}/${region}`;
    const known = this.#clients.get(key);
    if (known instanceof type) return known;
    const { endpoint, credentials, onCall } = this.access;
    const client = new type({
      region,
      maxAttempts: MAX_ATTEMPTS,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    if (onCall !== undefined) onEveryAttempt(client, onCall);
    this.#clients.set(key, client);
    return client;
  }

  /** Clients of another region, closed with these. */
  in(region: string): AwsClients {
    if (region === this.access.region) return this;
    const clients = this.#elsewhere.get(region) ?? new AwsClients({ ...this.access, region });
    this.#elsewhere.set(region, clients);
    return clients;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
    for (const clients of this.#elsewhere.values()) clients.close();
    this.#clients.clear();
    this.#elsewhere.clear();
  }
}

/** Tells of every attempt of every call of a client, before it is made. What the listener throws is the attempt's answer. */
export function onEveryAttempt(client: SdkClient, listener: (call: AwsApiCall) => void): void {
  const record: Middleware = (next, context) => async (args) => {
    listener(apiCall(context));
    return next(args);
  };
  // After the retries, so that every attempt comes by.
  client.middlewareStack.add(record, { step: "finalizeRequest", priority: "low", name: "record" });
}

function apiCall({ clientName = "", commandName = "" }: CallContext): AwsApiCall {
  const name = clientName.replace(/Client$/, "");
  return { service: IAM_PREFIXES[name] ?? name.toLowerCase(), action: commandName.replace(/Command$/, "") };
}

/** The parts of a request's time that are told apart in its trace, beside the shop's own. */
export enum CallKind {
  /** Waiting for one of this instance's database connections. */
  PoolWait = "pool-wait",
  Query = "query",
  Cache = "cache",
  /** Another service, over HTTP. */
  Service = "service",
}

export interface Call {
  readonly kind: CallKind;
  /** Short and stable: `product-by-id`, `GET`. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** A call under way. */
export interface OpenCall {
  /** W3C trace context for the one that is called. */
  readonly headers: Readonly<Record<string, string>>;
  end(error?: unknown): void;
}

/** The trace of one request. Requests that are not traced have none, and pay nothing for it. */
export interface RequestTrace {
  begin(call: Call): OpenCall;
  end(route: string, status: number): void;
}

/** Runs a call as part of the trace, if there is one. */
export async function traced<T>(
  trace: RequestTrace | undefined,
  call: Call,
  work: (headers: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (trace === undefined) return work({});
  const open = trace.begin(call);
  try {
    const result = await work(open.headers);
    open.end();
    return result;
  } catch (error) {
    open.end(error);
    throw error;
  }
}

/** What an instance tells an OpenTelemetry Collector. */
export interface Telemetry {
  /** The trace of a request that has just come in; undefined when it is not traced. */
  request(method: string, url: string, headers: Readonly<Record<string, unknown>>): RequestTrace | undefined;
  /** Counts an answered request, traced or not. */
  observe(method: string, route: string, status: number, seconds: number): void;
  /** Sends what is left. */
  stop(): Promise<void>;
}

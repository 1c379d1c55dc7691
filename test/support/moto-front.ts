import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, forward, passBack, serveOnLoopback } from "./forwarding";

/**
 * A server in front of moto that answers what moto does not know: a few lists and removals, from memory. Everything else goes to moto as it
 * is. It can refuse every nth call as too many, in the form of each service, so that the SDK's own reading of such answers is tested.
 */
export interface MotoFront {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Calls refused as too many so far. */
  throttled(): number;
  /** Makes one thing that moto has no call for. */
  plant(type: PlantedType, id: string, properties?: Readonly<Record<string, string>>): void;
  /** What is there of those, as `type id`. */
  planted(): readonly string[];
  /** Refuses calls of an action, `ec2:DeleteNetworkInterface`, or `ec2:DescribeVpcs us-east-2` for one region, with an error code until told otherwise. */
  refuse(action: string, code: string | undefined): void;
  stop(): Promise<void>;
}

export interface MotoFrontOptions {
  readonly motoUrl: string;
  /** @default none is refused */
  readonly throttleEvery?: number;
}

interface Planted {
  /** List and removal as the API calls them. */
  readonly list: string;
  readonly remove: string;
  /** Element with the list, element of one item, and the element that has its id; the removal's parameter has the id's name. */
  readonly elements: readonly [list: string, item: string, id: string];
  /** @default that of the id's element */
  readonly parameter?: string;
}

const TYPES = {
  placementGroup: {
    list: "DescribePlacementGroups",
    remove: "DeletePlacementGroup",
    elements: ["placementGroupSet", "item", "groupName"],
    parameter: "GroupName",
  },
  proxyEndpoint: {
    list: "DescribeDBProxyEndpoints",
    remove: "DeleteDBProxyEndpoint",
    elements: ["DBProxyEndpoints", "member", "DBProxyEndpointName"],
  },
  serverlessCache: {
    list: "DescribeServerlessCaches",
    remove: "DeleteServerlessCache",
    elements: ["ServerlessCaches", "member", "ServerlessCacheName"],
  },
  userGroup: {
    list: "DescribeUserGroups",
    remove: "DeleteUserGroup",
    elements: ["UserGroups", "member", "UserGroupId"],
  },
  cacheSubnetGroup: {
    list: "DescribeCacheSubnetGroups",
    remove: "DeleteCacheSubnetGroup",
    elements: ["CacheSubnetGroups", "CacheSubnetGroup", "CacheSubnetGroupName"],
  },
  cacheParameterGroup: {
    list: "DescribeCacheParameterGroups",
    remove: "DeleteCacheParameterGroup",
    elements: ["CacheParameterGroups", "CacheParameterGroup", "CacheParameterGroupName"],
  },
} as const satisfies Readonly<Record<string, Planted>>;

export type PlantedType = keyof typeof TYPES | "cachePolicy";

/** Lists that moto does not know, of things that nobody makes there; by their calls, the element with the list. */
const EMPTY_LISTS: Readonly<Record<string, string>> = { DescribeInstanceRefreshes: "InstanceRefreshes" };

const CACHE_POLICY_PATH = "/2020-05-31/cache-policy";

interface Call {
  readonly service: string;
  readonly action: string;
  readonly parameters: URLSearchParams;
}

/** Starts it on a free loopback port. */
export async function startMotoFront(options: MotoFrontOptions): Promise<MotoFront> {
  const front = new Front(options);
  const server = await serveOnLoopback((incoming, answer) => front.serve(incoming, answer));
  return {
    url: server.url,
    throttled: () => front.throttled,
    plant: (type, id, properties = {}) => front.things.set(`${type} ${id}`, properties),
    planted: () => [...front.things.keys()].sort(),
    refuse: (action, code) => {
      if (code === undefined) front.refused.delete(action);
      else front.refused.set(action, code);
    },
    stop: server.stop,
  };
}

class Front {
  readonly things = new Map<string, Readonly<Record<string, string>>>();
  readonly refused = new Map<string, string>();
  throttled = 0;
  #calls = 0;

  constructor(private readonly options: MotoFrontOptions) {}

  async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const call = callOf(incoming, body);
    this.#calls++;
    const { throttleEvery } = this.options;
    if (throttleEvery !== undefined && this.#calls % throttleEvery === 0) {
      this.throttled++;
      return refuse(answer, incoming, call, "ThrottlingException", "Rate exceeded");
    }
    const action = `${call.service}:${call.action}`;
    const code = this.refused.get(action) ?? this.refused.get(`${action} ${regionOf(incoming)}`);
    if (code !== undefined) return refuse(answer, incoming, call, code, "refused by the test");
    const own = this.#own(incoming, call);
    if (own !== undefined) {
      answer.writeHead(own.status ?? 200, { "content-type": "text/xml", etag: "1" }).end(own.body);
      return;
    }
    const received = await forward(this.options.motoUrl, incoming, body);
    const item = ENDS[call.action];
    const text = item === undefined ? received.body : withoutDeleting(received.body, item);
    passBack(answer, { ...received, body: text });
  }

  #own(
    incoming: IncomingMessage,
    { action, parameters }: Call,
  ): { body: string; status?: number } | undefined {
    const { pathname } = new URL(incoming.url ?? "/", this.options.motoUrl);
    if (pathname.startsWith(CACHE_POLICY_PATH)) return this.#cachePolicies(incoming.method ?? "", pathname);
    const empty = EMPTY_LISTS[action];
    if (empty !== undefined) return { body: wrap(action, wrapResult(action, `<${empty}></${empty}>`)) };
    for (const [type, shape] of Object.entries(TYPES)) {
      const [list, item, id] = shape.elements;
      if (action === shape.list) {
        const items = this.#of(type).map(
          ([name, properties]) => `<${item}>${xml({ [id]: name, ...properties })}</${item}>`,
        );
        const content = `<${list}>${items.join("")}</${list}>`;
        // EC2 has no element around its results.
        return { body: wrap(action, list === "placementGroupSet" ? content : wrapResult(action, content)) };
      }
      if (action === shape.remove) {
        const name = parameters.get("parameter" in shape ? shape.parameter : id) ?? "";
        if (!this.things.delete(`${type} ${name}`)) return undefined;
        return { body: wrap(action, wrapResult(action, "")) };
      }
    }
    return undefined;
  }

  #cachePolicies(method: string, pathname: string): { body: string; status?: number } {
    const id = pathname.slice(CACHE_POLICY_PATH.length + 1);
    const one = ([name]: readonly [string, unknown]) =>
      `<CachePolicy><Id>${name}</Id><CachePolicyConfig><Name>${name}</Name></CachePolicyConfig></CachePolicy>`;
    if (method === "DELETE") {
      this.things.delete(`cachePolicy ${id}`);
      return { status: 204, body: "" };
    }
    if (id !== "") return { body: one([id, {}]) };
    const items = this.#of("cachePolicy").map(
      (policy) => `<CachePolicySummary><Type>custom</Type>${one(policy)}</CachePolicySummary>`,
    );
    return { body: `<CachePolicyList><Items>${items.join("")}</Items></CachePolicyList>` };
  }

  #of(type: string): [string, Readonly<Record<string, string>>][] {
    return [...this.things]
      .filter(([key]) => key.startsWith(`${type} `))
      .map(([key, properties]) => [key.slice(type.length + 1), properties]);
  }
}

function callOf(incoming: IncomingMessage, body: Buffer): Call {
  const service =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
  const form = incoming.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const parameters = new URLSearchParams(form ? body.toString() : "");
  const target = incoming.headers["x-amz-target"];
  const action =
    typeof target === "string" ? (target.split(".").at(-1) ?? "") : (parameters.get("Action") ?? "");
  return { service, action, parameters };
}

/** A signature names its region: `Credential=<key>/<day>/<region>/<service>/aws4_request`. */
const regionOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";

/** An error in the form that the service's clients read. */
function refuse(
  answer: ServerResponse,
  incoming: IncomingMessage,
  call: Call,
  code: string,
  message: string,
): void {
  const json =
    incoming.headers["x-amz-target"] !== undefined || ["lambda", "scheduler"].includes(call.service);
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const text = json
    ? JSON.stringify({ __type: code, message })
    : call.service === "ec2"
      ? `<Response><Errors>${error}</Errors></Response>`
      : call.service === "s3"
        ? error
        : `<ErrorResponse>${error}</ErrorResponse>`;
  const type = json ? "application/json" : "text/xml";
  answer.writeHead(400, { "content-type": type, ...(json ? { "x-amzn-errortype": code } : {}) }).end(text);
}

/** Lists, with the element of one item, in which moto goes on having what is being removed; in AWS it is gone after minutes. */
const ENDS: Readonly<Record<string, string>> = {
  DescribeReplicationGroups: "ReplicationGroup",
  DescribeUsers: "member",
};

const withoutDeleting = (body: Buffer, item: string): Buffer =>
  Buffer.from(
    body
      .toString()
      .replace(new RegExp(`<${item}>[\\s\\S]*?</${item}>`, "g"), (one) =>
        one.includes("<Status>deleting</Status>") ? "" : one,
      ),
  );

const xml = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join("");

const wrap = (action: string, content: string): string => `<${action}Response>${content}</${action}Response>`;
const wrapResult = (action: string, content: string): string =>
  `<${action}Result>${content}</${action}Result>`;

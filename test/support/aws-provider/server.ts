import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ChangeKind, type PropertyChange } from "./diff";
import type { InputProblem } from "./input-schema";
import { fromWire, type PropertyMap, toWire } from "./wire";

/** No request may take longer: an engine that waits for a provider waits for ever. */
const REQUEST_DEADLINE_MS = 120_000;

/** Which resource a request is about. */
export interface Subject {
  /** Type token, e.g. `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Connection that the request came over: the engine opens one for every configured provider. */
  readonly peer: string;
}

export interface ResourceState {
  readonly id: string;
  readonly properties: PropertyMap;
}

/** A resource that exists although its creation failed: it goes into the state, so that it is removed later. */
export class PartlyMade extends Error {
  constructor(
    readonly state: ResourceState,
    readonly inputs: PropertyMap,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** A package of resource types, as the Pulumi engine asks for it. */
export interface ProviderPackage {
  readonly name: string;
  readonly version: string;
  configure?(settings: PropertyMap, peer: string): void;
  check(
    subject: Subject,
    news: PropertyMap,
    olds: PropertyMap,
  ): Promise<{ readonly inputs: PropertyMap; readonly problems: readonly InputProblem[] }>;
  diff(
    subject: Subject,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ readonly changes: readonly PropertyChange[]; readonly deleteBeforeReplace: boolean }>;
  create(subject: Subject, inputs: PropertyMap): Promise<ResourceState>;
  /** Undefined when it is gone. */
  read(subject: Subject, state: ResourceState): Promise<PropertyMap | undefined>;
  update(subject: Subject, state: ResourceState, news: PropertyMap): Promise<PropertyMap>;
  delete(subject: Subject, state: ResourceState): Promise<void>;
  invoke?(token: string, args: PropertyMap, peer: string): Promise<PropertyMap>;
  construct?(request: proto.ConstructRequest): Promise<proto.ConstructResponse>;
}

function subjectOf(urn: string, peer: string): Subject {
  // urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>
  const [, , qualifiedType = "", ...name] = urn.split("::");
  return { type: qualifiedType.split("$").at(-1) ?? "", name: name.join("::"), peer };
}

async function withinDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new Error(`the stand-in took longer than ${REQUEST_DEADLINE_MS} ms`));
    timer = setTimeout(expire, REQUEST_DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What gRPC sends for an error; a resource that was partly made travels in the details, as the engine expects it. */
function serviceError(error: unknown): Partial<ServiceError> {
  const failure = error instanceof Error ? error : new Error(String(error));
  const metadata = new Metadata();
  if (failure instanceof PartlyMade) {
    const detail = new proto.ErrorResourceInitFailed();
    detail.setId(failure.state.id);
    detail.setProperties(toWire(failure.state.properties));
    detail.setInputs(toWire(failure.inputs));
    detail.setReasonsList([failure.message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new Status();
    answer.setCode(status.UNKNOWN);
    answer.setMessage(failure.message);
    answer.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: failure.message, message: failure.message, metadata };
}

function answering<Request, Response>(
  answer: (request: Request, peer: string) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    withinDeadline(Promise.resolve().then(() => answer(call.request, call.getPeer()))).then(
      (response) => callback(null, response),
      (error: unknown) => callback(serviceError(error)),
    );
  };
}

const CHANGE_KINDS = {
  [ChangeKind.Add]: [proto.PropertyDiff.Kind.ADD, proto.PropertyDiff.Kind.ADD_REPLACE],
  [ChangeKind.Delete]: [proto.PropertyDiff.Kind.DELETE, proto.PropertyDiff.Kind.DELETE_REPLACE],
  [ChangeKind.Update]: [proto.PropertyDiff.Kind.UPDATE, proto.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function diffResponse(changes: readonly PropertyChange[], deleteBeforeReplace: boolean): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const { path, kind, replaces } of changes) {
    response.addDiffs(path);
    if (replaces) response.addReplaces(path);
    const detail = new proto.PropertyDiff();
    detail.setKind(CHANGE_KINDS[kind][replaces ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function checkResponse(inputs: PropertyMap, problems: readonly InputProblem[]): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(toWire(inputs));
  for (const { path, reason } of problems) {
    const failure = new proto.CheckFailure();
    failure.setProperty(path);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

/**
 * Resources take plain values: the engine then marks as secret what was secret before. Components must take everything, or the engine refuses
 * them.
 */
function configured(provider: ProviderPackage): proto.ConfigureResponse {
  const response = new proto.ConfigureResponse();
  response.setAcceptsecrets(provider.construct !== undefined);
  response.setAcceptresources(provider.construct !== undefined);
  return response;
}

function lifecycle(provider: ProviderPackage): UntypedServiceImplementation {
  return {
    check: answering(async (request: proto.CheckRequest, peer) => {
      const subject = subjectOf(request.getUrn(), peer);
      const { inputs, problems } = await provider.check(
        subject,
        fromWire(request.getNews()),
        fromWire(request.getOlds()),
      );
      return checkResponse(inputs, problems);
    }),
    diff: answering(async (request: proto.DiffRequest, peer) => {
      const subject = subjectOf(request.getUrn(), peer);
      const olds = fromWire(request.getOldInputs() ?? request.getOlds());
      const { changes, deleteBeforeReplace } = await provider.diff(
        subject,
        olds,
        fromWire(request.getNews()),
      );
      return diffResponse(changes, deleteBeforeReplace);
    }),
    create: answering(async (request: proto.CreateRequest, peer) => {
      const inputs = fromWire(request.getProperties());
      const made = await provider.create(subjectOf(request.getUrn(), peer), inputs);
      const response = new proto.CreateResponse();
      response.setId(made.id);
      response.setProperties(toWire(made.properties));
      return response;
    }),
    read: answering(async (request: proto.ReadRequest, peer) => {
      const state = { id: request.getId(), properties: fromWire(request.getProperties()) };
      const found = await provider.read(subjectOf(request.getUrn(), peer), state);
      const response = new proto.ReadResponse();
      if (found === undefined) return response;
      const inputs = Object.keys(fromWire(request.getInputs())).map((key) => [key, found[key]] as const);
      response.setId(state.id);
      response.setProperties(toWire(found));
      response.setInputs(toWire({ ...fromWire(request.getInputs()), ...definedOf(inputs) }));
      return response;
    }),
    update: answering(async (request: proto.UpdateRequest, peer) => {
      const state = { id: request.getId(), properties: fromWire(request.getOlds()) };
      const response = new proto.UpdateResponse();
      const news = fromWire(request.getNews());
      response.setProperties(toWire(await provider.update(subjectOf(request.getUrn(), peer), state, news)));
      return response;
    }),
    delete: answering(async (request: proto.DeleteRequest, peer) => {
      const state = { id: request.getId(), properties: fromWire(request.getProperties()) };
      await provider.delete(subjectOf(request.getUrn(), peer), state);
      return new Empty();
    }),
  };
}

const definedOf = (entries: readonly (readonly [string, unknown])[]): PropertyMap =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined));

function setup(provider: ProviderPackage): UntypedServiceImplementation {
  return {
    attach: answering(() => new Empty()),
    cancel: answering(() => new Empty()),
    getPluginInfo: answering(() => {
      const info = new PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: answering((request: proto.CheckRequest) => checkResponse(fromWire(request.getNews()), [])),
    diffConfig: answering(() => diffResponse([], false)),
    configure: answering((request: proto.ConfigureRequest, peer) => {
      provider.configure?.(fromWire(request.getArgs()), peer);
      return configured(provider);
    }),
    invoke: answering(async (request: proto.InvokeRequest, peer) => {
      if (provider.invoke === undefined) throw new Error(`${provider.name} has no functions here`);
      const found = await provider.invoke(request.getTok(), fromWire(request.getArgs()), peer);
      const response = new proto.InvokeResponse();
      response.setReturn(toWire(found));
      return response;
    }),
    construct: answering(async (request: proto.ConstructRequest) => {
      if (provider.construct === undefined) throw new Error(`${provider.name} has no components here`);
      return provider.construct(request);
    }),
  };
}

export interface ServedProvider {
  /** `<package>:<port>`, as PULUMI_DEBUG_PROVIDERS wants it. */
  readonly address: string;
  stop(): void;
}

/** Serves a package on a free loopback port, in this process. */
export async function serveProvider(provider: ProviderPackage): Promise<ServedProvider> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, { ...setup(provider), ...lifecycle(provider) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `${provider.name}:${port}`, stop: () => server.forceShutdown() };
}

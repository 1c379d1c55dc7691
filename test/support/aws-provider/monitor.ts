import { credentials, Metadata } from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { fromWire, isKnown, type PropertyMap, toWire, UNKNOWN } from "./wire";

const CALL_DEADLINE_MS = 120_000;

export interface Registered {
  readonly urn: string;
  /** {@link UNKNOWN} in previews. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** What a component registers for its children. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  readonly parent: string;
  /** URNs; every input is taken to depend on all of them. */
  readonly dependsOn?: readonly string[];
}

/** A connection to the engine's resource monitor, as a component's program has one. */
export class Monitor {
  readonly #client: ResourceMonitorClient;

  constructor(
    address: string,
    private readonly options: { readonly version: string; readonly providers: ReadonlyMap<string, string> },
  ) {
    this.#client = new ResourceMonitorClient(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
  }

  close(): void {
    this.#client.close();
  }

  async registerComponent(type: string, name: string, parent: string): Promise<string> {
    const request = new proto.RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(parent);
    request.setObject(toWire({}));
    return (await this.#register(request)).urn;
  }

  async register({ type, name, inputs, parent, dependsOn = [] }: Registration): Promise<Registered> {
    const request = new proto.RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(parent);
    request.setCustom(true);
    request.setObject(toWire(inputs));
    request.setDependenciesList([...dependsOn]);
    request.setVersion(this.options.version);
    request.setSupportspartialvalues(true);
    request.setProvider(this.options.providers.get(type.split(":")[0] ?? "") ?? "");
    for (const [key, value] of Object.entries(inputs)) {
      if (typeof value !== "string" && isKnown(value)) continue;
      const dependencies = new proto.RegisterResourceRequest.PropertyDependencies();
      dependencies.setUrnsList([...dependsOn]);
      request.getPropertydependenciesMap().set(key, dependencies);
    }
    return this.#register(request);
  }

  /** Asks the provider that the children of the component have. @throws Error with its problems */
  async invoke(token: string, args: PropertyMap): Promise<PropertyMap> {
    const request = new proto.ResourceInvokeRequest();
    request.setTok(token);
    request.setArgs(toWire(args));
    request.setVersion(this.options.version);
    request.setProvider(this.options.providers.get(token.split(":")[0] ?? "") ?? "");
    const deadline = Date.now() + CALL_DEADLINE_MS;
    return new Promise((resolve, reject) => {
      this.#client.invoke(request, new Metadata(), { deadline }, (error, response) => {
        if (error !== null) return reject(error);
        const [failure] = response.getFailuresList();
        if (failure !== undefined) return reject(new Error(`${token}: ${failure.getReason()}`));
        resolve(fromWire(response.getReturn()));
      });
    });
  }

  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    const request = new proto.RegisterResourceOutputsRequest();
    request.setUrn(urn);
    request.setOutputs(toWire(outputs));
    const deadline = Date.now() + CALL_DEADLINE_MS;
    await new Promise<void>((resolve, reject) => {
      this.#client.registerResourceOutputs(request, new Metadata(), { deadline }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }

  #register(request: proto.RegisterResourceRequest): Promise<Registered> {
    const deadline = Date.now() + CALL_DEADLINE_MS;
    return new Promise((resolve, reject) => {
      this.#client.registerResource(request, new Metadata(), { deadline }, (error, response) => {
        if (error !== null) return reject(error);
        const id = response.getId();
        const outputs = fromWire(response.getObject());
        resolve({ urn: response.getUrn(), id: id === "" ? UNKNOWN : id, outputs });
      });
    });
  }
}

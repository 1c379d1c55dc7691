import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type AwsApi, isGone } from "./api";
import { DEFAULTS, diffInputs } from "./diff";
import { callFunction } from "./functions";
import { InputSchema } from "./input-schema";
import { Props } from "./props";
import type { ResourceType } from "./resource-type";
import { PartlyMade, type ProviderPackage, type ResourceState, type Subject } from "./server";
import type { TypeRegistry } from "./types";
import { type PropertyMap, UNKNOWN } from "./wire";

/** Ways in which AWS is made to misbehave. */
export interface AwsFaults {
  /** The nth resource to be made, counted from 1, is refused. */
  readonly failCreate?: { readonly nth: number; readonly message: string };
  /** What was just made is not found by that many reads, as AWS is only consistent in the end. */
  readonly lateVisibility?: number;
}

const VISIBILITY_POLL_MS = 10;
const VISIBILITY_POLLS = 500;

/** Package `aws` over an emulator's API. */
export class AwsPackage implements ProviderPackage {
  readonly name = "aws";
  readonly version: string;
  readonly #schema = new InputSchema("@pulumi/aws");
  readonly #regions = new Map<string, string>();
  readonly #invisible = new Map<string, number>();
  #region = "us-east-1";
  #creates = 0;
  #failCreate: AwsFaults["failCreate"];

  constructor(
    private readonly api: AwsApi,
    private readonly types: TypeRegistry,
    private readonly faults: AwsFaults,
  ) {
    this.#failCreate = faults.failCreate;
    this.version = this.#schema.version;
  }

  /** How many resources were to be made so far. */
  get creates(): number {
    return this.#creates;
  }

  /** The nth resource to be made from now on is refused, and no other. */
  failCreate(nth: number, message: string): void {
    this.#failCreate = { nth: this.#creates + nth, message };
  }

  configure(settings: PropertyMap, peer: string): void {
    const { region } = settings;
    if (typeof region !== "string") return;
    this.#region = region;
    this.#regions.set(peer, region);
  }

  async check(subject: Subject, news: PropertyMap, olds: PropertyMap): ReturnType<ProviderPackage["check"]> {
    const problems = [...this.#schema.check(subject.type, news)];
    const type = await this.types.find(subject.type);
    if (problems.length === 0 && type === undefined) {
      problems.push({
        path: "",
        reason: `the stand-in for AWS does not know ${subject.type}; see its README.md`,
      });
    }
    const naming = type?.naming;
    if (naming === undefined || news[naming.property] !== undefined) return { inputs: news, problems };
    const { property, longest } = naming;
    const before =
      Array.isArray(olds[DEFAULTS]) && olds[DEFAULTS].includes(property) ? olds[property] : undefined;
    const prefix = news[`${property}Prefix`];
    const start = typeof prefix === "string" && prefix !== UNKNOWN ? prefix : `${subject.name}-`;
    const name = before ?? `${start.slice(0, longest - 7)}${randomSuffix()}`;
    return { inputs: { ...news, [property]: name, [DEFAULTS]: [property] }, problems };
  }

  async diff(subject: Subject, olds: PropertyMap, news: PropertyMap): ReturnType<ProviderPackage["diff"]> {
    const { naming, replaceOn = [], update } = await this.#type(subject);
    const changes = diffInputs(olds, news, update === undefined ? "all" : replaceOn);
    // Two things cannot have one name at a time: one with a name of the program's own goes before the next one comes.
    const named =
      naming !== undefined && news[DEFAULTS] === undefined && olds[naming.property] === news[naming.property];
    return { changes, deleteBeforeReplace: named && changes.some(({ replaces }) => replaces) };
  }

  async create(subject: Subject, inputs: PropertyMap): Promise<ResourceState> {
    this.#creates++;
    const { lateVisibility = 0 } = this.faults;
    const failure = this.#failCreate;
    if (failure?.nth === this.#creates) throw new Error(`creating ${subject.name}: ${failure.message}`);
    const type = await this.#type(subject);
    const aws = this.api.inRegion(this.#regionOf(inputs, subject));
    let made: string | undefined;
    try {
      const id = await type.create(new Props(inputs), aws, (known) => {
        made = known;
      });
      made = id;
      this.#invisible.set(id, lateVisibility);
      const properties = await this.#awaitVisible(type, subject, { id, properties: inputs });
      return { id, properties };
    } catch (error) {
      const failure = explained("creating", subject, error);
      if (made === undefined) throw failure;
      throw new PartlyMade({ id: made, properties: withoutDefaults(inputs) }, inputs, failure);
    }
  }

  async read(subject: Subject, state: ResourceState): Promise<PropertyMap | undefined> {
    return this.#observe(await this.#type(subject), subject, state);
  }

  async update(subject: Subject, state: ResourceState, news: PropertyMap): Promise<PropertyMap> {
    const type = await this.#type(subject);
    const aws = this.api.inRegion(this.#regionOf(state.properties, subject));
    try {
      await type.update?.(state.id, new Props(news), new Props(state.properties), aws);
      const found = await this.#observe(type, subject, { id: state.id, properties: news });
      if (found === undefined) throw new Error("it is gone");
      return found;
    } catch (error) {
      throw explained("updating", subject, error);
    }
  }

  async delete(subject: Subject, state: ResourceState): Promise<void> {
    const type = await this.#type(subject);
    const aws = this.api.inRegion(this.#regionOf(state.properties, subject));
    try {
      await type.delete(state.id, new Props(state.properties), aws);
    } catch (error) {
      if (!isGone(error)) throw explained("deleting", subject, error);
    }
  }

  async invoke(token: string, args: PropertyMap, peer: string): Promise<PropertyMap> {
    const [problem] = this.#schema.check(token, args);
    if (problem !== undefined) throw new Error(`${token}: ${problem.path}: ${problem.reason}`);
    const region = typeof args.region === "string" ? args.region : (this.#regions.get(peer) ?? this.#region);
    return callFunction(token, new Props(args), this.api.inRegion(region));
  }

  async #type(subject: Subject): Promise<ResourceType> {
    const type = await this.types.find(subject.type);
    if (type === undefined) throw new Error(`the stand-in for AWS does not know ${subject.type}`);
    return type;
  }

  async #awaitVisible(type: ResourceType, subject: Subject, state: ResourceState): Promise<PropertyMap> {
    for (let poll = 0; poll < VISIBILITY_POLLS; poll++) {
      const found = await this.#observe(type, subject, state);
      if (found !== undefined) return found;
      await sleep(VISIBILITY_POLL_MS);
    }
    throw new Error("it was made and cannot be found");
  }

  async #observe(
    type: ResourceType,
    subject: Subject,
    state: ResourceState,
  ): Promise<PropertyMap | undefined> {
    const hidden = this.#invisible.get(state.id) ?? 0;
    if (hidden > 0) {
      this.#invisible.set(state.id, hidden - 1);
      return undefined;
    }
    const region = this.#regionOf(state.properties, subject);
    const properties = withoutDefaults(state.properties);
    try {
      const found = await type.read(state.id, new Props(state.properties), this.api.inRegion(region));
      if (found === undefined) return undefined;
      const tags = found.tags ?? properties.tags;
      return { ...properties, ...(tags === undefined ? {} : { tagsAll: tags }), region, ...found };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw explained("reading", subject, error);
    }
  }

  #regionOf(properties: PropertyMap, subject: Subject): string {
    if (typeof properties.region === "string") return properties.region;
    return this.#regions.get(subject.peer) ?? this.#region;
  }
}

const randomSuffix = (): string => randomBytes(4).toString("hex").slice(1);

function withoutDefaults(properties: PropertyMap): PropertyMap {
  const { [DEFAULTS]: _, ...rest } = properties;
  return rest;
}

function explained(what: string, subject: Subject, error: unknown): Error {
  const failure = error instanceof Error ? error : new Error(String(error));
  return new Error(`${what} ${subject.type} ${subject.name}: ${failure.name}: ${failure.message}`, {
    cause: error,
  });
}

import { createHash, randomInt } from "node:crypto";
import { diffInputs } from "./diff";
import { InputSchema } from "./input-schema";
import { Props } from "./props";
import type { ProviderPackage, ResourceState, Subject } from "./server";
import type { PropertyMap } from "./wire";

const PASSWORD = "random:index/randomPassword:RandomPassword";

interface CharacterClass {
  /** Name of the property, and with `min` and a capital before it of the least number. */
  readonly property: string;
  readonly least: string;
  readonly characters: string;
}

const CLASSES: readonly CharacterClass[] = [
  { property: "lower", least: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { property: "upper", least: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { property: "numeric", least: "minNumeric", characters: "0123456789" },
  { property: "special", least: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
];

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

function password(inputs: Props): string {
  const used = CLASSES.filter(({ property }) => inputs.maybeFlag(property) ?? true).map((item) =>
    item.property === "special"
      ? { ...item, characters: inputs.maybeText("overrideSpecial") ?? item.characters }
      : item,
  );
  const letters = used.flatMap(({ least, characters }) =>
    Array.from({ length: inputs.maybeNumber(least) ?? 0 }, () => pick(characters)),
  );
  const all = used.map(({ characters }) => characters).join("");
  while (letters.length < inputs.number("length")) letters.push(pick(all));
  return letters
    .map((letter) => ({ letter, order: randomInt(2 ** 32) }))
    .sort((a, b) => a.order - b.order)
    .map(({ letter }) => letter)
    .join("");
}

/** Package `random`: passwords only. They live in the state alone, as with the real provider. */
export class RandomPackage implements ProviderPackage {
  readonly name = "random";
  readonly version: string;
  readonly #schema = new InputSchema("@pulumi/random");

  constructor() {
    this.version = this.#schema.version;
  }

  async check(subject: Subject, news: PropertyMap): ReturnType<ProviderPackage["check"]> {
    const problems = [...this.#schema.check(subject.type, news)];
    if (subject.type !== PASSWORD) {
      problems.push({
        path: "",
        reason: `the stand-in for random makes passwords only, not ${subject.type}`,
      });
    }
    return { inputs: news, problems };
  }

  async diff(_subject: Subject, olds: PropertyMap, news: PropertyMap): ReturnType<ProviderPackage["diff"]> {
    return { changes: diffInputs(olds, news, "all"), deleteBeforeReplace: false };
  }

  async create(_subject: Subject, inputs: PropertyMap): Promise<ResourceState> {
    const result = password(new Props(inputs));
    // Not bcrypt: nothing here reads it.
    const bcryptHash = createHash("sha256").update(result).digest("hex");
    return { id: "none", properties: { ...inputs, result, bcryptHash } };
  }

  async read(_subject: Subject, state: ResourceState): Promise<PropertyMap> {
    return state.properties;
  }

  async update(_subject: Subject, state: ResourceState): Promise<PropertyMap> {
    return state.properties;
  }

  async delete(): Promise<void> {}
}

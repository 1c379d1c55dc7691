import { isRecord, type PropertyMap } from "./wire";

const wrong = (key: string, wanted: string, value: unknown): TypeError =>
  new TypeError(`property "${key}" should be ${wanted} and is ${JSON.stringify(value)}`);

/** Typed reading of properties. Pulumi's provider takes `"80"` where a number is meant, and so on; so does this. */
export class Props {
  constructor(readonly all: PropertyMap) {}

  has(key: string): boolean {
    return this.all[key] !== undefined && this.all[key] !== null;
  }

  /** @throws TypeError when it is absent */
  text(key: string): string {
    const value = this.maybeText(key);
    if (value === undefined) throw wrong(key, "a text", this.all[key]);
    return value;
  }

  maybeText(key: string): string | undefined {
    const value = this.all[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw wrong(key, "a text", value);
  }

  /** @throws TypeError when it is absent */
  number(key: string): number {
    const value = this.maybeNumber(key);
    if (value === undefined) throw wrong(key, "a number", this.all[key]);
    return value;
  }

  maybeNumber(key: string): number | undefined {
    const value = this.all[key];
    if (value === undefined || value === null) return undefined;
    const number = Number(value);
    if (Number.isNaN(number)) throw wrong(key, "a number", value);
    return number;
  }

  flag(key: string): boolean {
    return this.maybeFlag(key) ?? false;
  }

  maybeFlag(key: string): boolean | undefined {
    const value = this.all[key];
    if (value === undefined || value === null) return undefined;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    throw wrong(key, "true or false", value);
  }

  /** One of an enum of the AWS SDK. @throws TypeError when it is none of them */
  maybeChoice<T extends string>(key: string, values: Readonly<Record<string, T>>): T | undefined {
    const text = this.maybeText(key);
    if (text === undefined) return undefined;
    const found = Object.values(values).find((value) => value === text);
    if (found === undefined) throw wrong(key, `one of ${Object.values(values).join(", ")}`, text);
    return found;
  }

  choice<T extends string>(key: string, values: Readonly<Record<string, T>>): T {
    const found = this.maybeChoice(key, values);
    if (found === undefined) throw wrong(key, "given", undefined);
    return found;
  }

  list(key: string): readonly unknown[] {
    const value = this.all[key];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrong(key, "a list", value);
    return value;
  }

  texts(key: string): string[] {
    return this.list(key).map(String);
  }

  /** Undefined instead of an empty list, where AWS tells "none" from "not said". */
  maybeTexts(key: string): string[] | undefined {
    return this.has(key) ? this.texts(key) : undefined;
  }

  object(key: string): Props | undefined {
    const value = this.all[key];
    if (value === undefined || value === null) return undefined;
    if (!isRecord(value)) throw wrong(key, "an object", value);
    return new Props(value);
  }

  objects(key: string): Props[] {
    return this.list(key).map((item, index) => {
      if (!isRecord(item)) throw wrong(`${key}[${index}]`, "an object", item);
      return new Props(item);
    });
  }

  map(key: string): Record<string, string> {
    const found = this.object(key);
    return Object.fromEntries(Object.keys(found?.all ?? {}).map((name) => [name, found?.text(name) ?? ""]));
  }

  /** The property `tags` as most services take it. */
  tags(): { Key: string; Value: string }[] {
    return Object.entries(this.map("tags")).map(([Key, Value]) => ({ Key, Value }));
  }
}

/** What has to be set and removed to bring tags from one state to another. */
export function tagChanges(
  olds: Props,
  news: Props,
): { readonly set: { Key: string; Value: string }[]; readonly removed: string[] } {
  const [before, after] = [olds.map("tags"), news.map("tags")];
  return {
    set: news.tags().filter(({ Key, Value }) => before[Key] !== Value),
    removed: Object.keys(before).filter((key) => !(key in after)),
  };
}

/** `healthCheck` to `HealthCheck`, all the way down: how the properties of the provider and of the API differ in most services. */
export function pascalCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCased);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      pascalCased(item),
    ]),
  );
}

import { ENVIRONMENT_TAG } from "../../components/tagging";
import type { Found, World } from "./kind";
import { FoundBy } from "./model";

/** AWS spells a tag in three ways. */
export interface AnyTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

export function tagOf(tags: readonly AnyTag[] | undefined, key: string): string | undefined {
  const tag = tags?.find((one) => (one.Key ?? one.key) === key);
  return tag?.Value ?? tag?.value;
}

/**
 * Whether something belongs to the environment: by its tag, or else by what is known of its name or place. What carries the tag of another
 * environment never does, wherever it is.
 */
export function belongs(
  world: World,
  tags: readonly AnyTag[] | undefined,
  otherwise?: FoundBy | false,
): FoundBy | undefined {
  const stated = tagOf(tags, ENVIRONMENT_TAG);
  if (stated !== undefined) return stated === world.environmentId ? FoundBy.Tag : undefined;
  return otherwise === false ? undefined : otherwise;
}

/** The last parts of ARNs of the tagging index that a kind speaks for: what follows the pattern. */
export function indexedNames(world: World, pattern: RegExp): string[] {
  return world.taggedArns.filter((arn) => pattern.test(arn)).map((arn) => arn.replace(pattern, ""));
}

/** `arn:<partition>:<service>:<region>:<account>:<type><rest>` up to the rest. */
export const arnPattern = (service: string, type: string): RegExp =>
  new RegExp(`^arn:[^:]+:${service}:[^:]*:[^:]*:${type}`);

/** All items of an answer that comes in pages. */
export async function collect<Page, T>(
  pages: AsyncIterable<Page>,
  pick: (page: Page) => readonly T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(pick(page) ?? []));
  return all;
}

/** What `find` says of each, without the ones it says nothing of; one entry an id. */
export function pickFound<T>(items: readonly T[], find: (item: T) => Found | undefined): readonly Found[] {
  const byId = new Map<string, Found>();
  for (const item of items) {
    const found = find(item);
    if (found !== undefined && !byId.has(found.id)) byId.set(found.id, found);
  }
  return [...byId.values()];
}

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

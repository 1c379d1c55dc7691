import {
  isCollectionOfPeople,
  isPersonMark,
  isUsualPage,
  segmentKind,
  type VaryingSegment,
} from "./segments";

export interface PathTreeOptions {
  /** More different texts than this at one place of a path are values of it. */
  readonly mostLiterals: number;
  /** Text that fewer clients asked for is never told: it may be a name. */
  readonly fewestClients: number;
}

/** Different texts held at one place before they are taken for values without looking further. */
const MOST_CHILDREN = 3000;
/** Places held in all. Beyond it the widest are taken for values. */
const MOST_NODES = 150_000;
/** What lies deeper is one value. */
const DEEPEST = 16;

const SLUG: VaryingSegment = { kind: "slug", suffix: "" };

/** A place in the tree of all paths. */
export class PathNode {
  readonly literals = new Map<string, PathNode>();
  /** By kind and suffix. */
  readonly values = new Map<string, { readonly segment: VaryingSegment; readonly node: PathNode }>();
  /** Hashes of the first clients that came here, up to `fewestClients`. */
  readonly clients: number[] = [];
  /** Requests that ended here, by method. */
  readonly ends = new Map<string, number>();
  /** Text under this place is taken for a value from now on. */
  everythingVaries = false;

  get isLeaf(): boolean {
    return this.literals.size === 0 && this.values.size === 0;
  }

  value(segment: VaryingSegment): PathNode {
    const key = `${segment.kind}${segment.suffix}`;
    const known = this.values.get(key);
    if (known !== undefined) return known.node;
    const node = new PathNode();
    this.values.set(key, { segment, node });
    return node;
  }
}

/** Segments of a path: those of `/a/b` are `a` and `b`; a slash at the end is a last, empty one. */
export function segmentsOf(path: string): readonly string[] {
  // ;jsessionid=… and other parameters inside a path are a session's, not a page's.
  const plain = path.includes(";") ? path.replace(/;[^/]*/g, "") : path;
  const segments = plain.slice(1).split("/");
  return segments.length <= DEEPEST
    ? segments
    : [...segments.slice(0, DEEPEST - 1), segments.slice(DEEPEST - 1).join("/")];
}

/** Collects the paths of a log, however many there are, in bounded memory. */
export class PathTree {
  readonly root = new PathNode();
  #nodes = 1;
  /** Ends of paths that were seen lately. */
  #recent = new Map<string, PathNode>();

  constructor(private readonly options: PathTreeOptions) {}

  add(method: string, path: string, client: number): void {
    const known = this.#recent.get(path);
    const end = known ?? this.#walk(path, client);
    if (known === undefined) {
      if (this.#recent.size >= 20_000) this.#recent.clear();
      // Until enough clients have come by, every request has to pass all places on its way.
      if (end.clients.length >= this.options.fewestClients) this.#recent.set(path, end);
    }
    end.ends.set(method, (end.ends.get(method) ?? 0) + 1);
  }

  #walk(path: string, client: number): PathNode {
    let node = this.root;
    this.#visit(node, client);
    let parent = "";
    for (const segment of segmentsOf(path)) {
      node = this.#child(node, segment, parent);
      this.#visit(node, client);
      parent = segment;
    }
    return node;
  }

  #child(node: PathNode, segment: string, parent: string): PathNode {
    const form = segmentKind(segment) ?? (isPersonMark(segment) ? SLUG : undefined);
    if (form !== undefined) return this.#counted(node, () => node.value(form));
    const literal = node.literals.get(segment);
    if (literal !== undefined) return literal;
    if (node.everythingVaries || (isCollectionOfPeople(parent) && segment !== "" && !isUsualPage(segment))) {
      return this.#counted(node, () => node.value(SLUG));
    }
    if (node.literals.size >= MOST_CHILDREN || this.#nodes >= MOST_NODES) {
      this.#fold(this.#nodes >= MOST_NODES ? widest(this.root) : node);
      return this.#child(node, segment, parent);
    }
    const made = new PathNode();
    node.literals.set(segment, made);
    this.#nodes += 1;
    return made;
  }

  #counted(node: PathNode, find: () => PathNode): PathNode {
    const before = node.values.size;
    const found = find();
    this.#nodes += node.values.size - before;
    return found;
  }

  #visit({ clients }: PathNode, client: number): void {
    if (clients.length < this.options.fewestClients && !clients.includes(client)) clients.push(client);
  }

  /** Everything at a place becomes one value, but for pages that every site has. */
  #fold(node: PathNode): void {
    node.everythingVaries = true;
    foldLiterals(
      node,
      [...node.literals.keys()].filter((segment) => !isUsualPage(segment)),
      this.options.fewestClients,
    );
    this.#recent = new Map();
    this.#nodes = countNodes(this.root);
  }

  /** Decides what varies and what is fixed, now that all is known. The tree is not to be added to any more. */
  settle(): void {
    settleNode(this.root, this.options);
  }
}

function countNodes(node: PathNode): number {
  let count = 1;
  for (const child of node.literals.values()) count += countNodes(child);
  for (const { node: child } of node.values.values()) count += countNodes(child);
  return count;
}

function widest(root: PathNode): PathNode {
  let best = root;
  const look = (node: PathNode): void => {
    if (node.literals.size > best.literals.size) best = node;
    for (const child of node.literals.values()) look(child);
    for (const { node: child } of node.values.values()) look(child);
  };
  look(root);
  return best;
}

function foldLiterals(node: PathNode, segments: readonly string[], fewestClients: number): void {
  if (segments.length === 0) return;
  const target = node.value(SLUG);
  for (const segment of segments) {
    const child = node.literals.get(segment);
    if (child === undefined) continue;
    node.literals.delete(segment);
    merge(target, child, fewestClients);
  }
}

function merge(into: PathNode, from: PathNode, fewestClients: number): void {
  for (const client of from.clients) {
    if (into.clients.length < fewestClients && !into.clients.includes(client)) into.clients.push(client);
  }
  for (const [method, count] of from.ends) into.ends.set(method, (into.ends.get(method) ?? 0) + count);
  for (const [segment, child] of from.literals) {
    const known = into.literals.get(segment);
    if (known !== undefined) merge(known, child, fewestClients);
    else if (into.everythingVaries) merge(into.value(SLUG), child, fewestClients);
    else into.literals.set(segment, child);
  }
  for (const { segment, node } of from.values.values()) merge(into.value(segment), node, fewestClients);
  into.everythingVaries ||= from.everythingVaries;
}

/**
 * At each place: text that too few clients asked for is a value. Of the rest, ends of paths and beginnings of longer ones are looked at
 * apart, since `/{article}` beside `/api/…` must not swallow it: where either is many, it is values.
 */
function settleNode(node: PathNode, options: PathTreeOptions): void {
  const { fewestClients, mostLiterals } = options;
  foldLiterals(
    node,
    [...node.literals].flatMap(([segment, { clients }]) =>
      clients.length < fewestClients && segment !== "" ? [segment] : [],
    ),
    fewestClients,
  );
  for (const leaf of [true, false]) {
    const alike = [...node.literals].flatMap(([segment, child]) =>
      child.isLeaf === leaf && !isUsualPage(segment) && segment !== "" ? [segment] : [],
    );
    if (alike.length > mostLiterals) foldLiterals(node, alike, fewestClients);
  }
  for (const child of node.literals.values()) settleNode(child, options);
  for (const { node: child } of node.values.values()) settleNode(child, options);
}

/** Where a path ends, and the values on its way. */
export interface PathMatch {
  readonly node: PathNode;
  readonly values: readonly string[];
}

/**
 * Where a path ends in a settled tree. Undefined for a path that the tree has not seen the like of. A place may have both a fixed text and
 * values that include it (names behind `/users`, which are not kept): the fixed text goes first where a request has ended behind it.
 */
export function matchPath(root: PathNode, path: string): PathMatch | undefined {
  return matchFrom(root, segmentsOf(path), 0, []);
}

function matchFrom(
  node: PathNode,
  segments: readonly string[],
  at: number,
  values: readonly string[],
): PathMatch | undefined {
  const segment = segments[at];
  if (segment === undefined) return { node, values };
  let passing: PathMatch | undefined;
  for (const [next, value] of waysOn(node, segment)) {
    const found = matchFrom(next, segments, at + 1, value === undefined ? values : [...values, value]);
    if (found !== undefined && found.node.ends.size > 0) return found;
    passing ??= found;
  }
  return passing;
}

/** Where a segment leads, the likeliest first, with the value it is there. */
function waysOn(node: PathNode, segment: string): (readonly [PathNode, string | undefined])[] {
  const literal = node.literals.get(segment);
  const form = segmentKind(segment);
  const ways: (readonly [PathNode, string | undefined])[] =
    literal === undefined ? [] : [[literal, undefined]];
  const kinds = form === undefined ? ["slug"] : [`${form.kind}${form.suffix}`, "slug"];
  for (const kind of kinds) {
    const value = node.values.get(kind);
    if (value === undefined) continue;
    ways.push([value.node, segment.slice(0, segment.length - value.segment.suffix.length)]);
  }
  return ways;
}

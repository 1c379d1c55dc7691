import { matchPath, PathNode } from "./path-tree";
import type { VaryingSegment } from "./segments";

/** A varying part of a template, with the name of its variable. */
export interface Placeholder extends VaryingSegment {
  /** `productId`, unique within the template. */
  readonly name: string;
}

/** A kind of page: a path whose values are left open. */
export interface PathTemplate {
  /** `/products/{productId}` */
  readonly text: string;
  readonly placeholders: readonly Placeholder[];
}

/** One step of a visit: a method and a template. */
export interface TrafficStep {
  /** Name of the step in a scenario: `product`, `post-carts`; unique. */
  readonly name: string;
  readonly method: string;
  readonly template: PathTemplate;
  /** Requests counted while templates were looked for. */
  readonly requests: number;
}

export interface StepMatch {
  /** Index into the steps. */
  readonly step: number;
  readonly values: readonly string[];
}

const singular = (word: string): string =>
  /[^aeiou]ies$/i.test(word)
    ? `${word.slice(0, -3)}y`
    : /(?:ss|x|ch|sh)es$/i.test(word)
      ? word.slice(0, -2)
      : /[^s]s$/i.test(word)
        ? word.slice(0, -1)
        : word;

const words = (text: string): readonly string[] =>
  text
    .replace(/%[0-9A-Fa-f]{2}/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const camel = (parts: readonly string[]): string =>
  parts.map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1))).join("");

const ENDING: Readonly<Record<VaryingSegment["kind"], string>> = {
  number: "id",
  uuid: "id",
  hash: "hash",
  token: "token",
  email: "email",
  date: "date",
  slug: "slug",
};

function placeholderName(
  before: string | undefined,
  { kind }: VaryingSegment,
  taken: ReadonlySet<string>,
): string {
  const stem = words(before ?? "").map(singular);
  const base = camel([...stem.slice(-2), ENDING[kind]]).replace(/^(\d)/, "_$1");
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
  return name;
}

interface Found {
  readonly node: PathNode;
  readonly template: PathTemplate;
}

/** Every place where requests ended, with its template. */
function templatesOf(root: PathNode): readonly Found[] {
  const found: Found[] = [];
  const walk = (
    node: PathNode,
    text: string,
    before: string | undefined,
    placeholders: readonly Placeholder[],
  ): void => {
    if (node.ends.size > 0) found.push({ node, template: { text: text === "" ? "/" : text, placeholders } });
    for (const [segment, child] of node.literals) {
      walk(
        child,
        `${text}/${segment}`,
        segment === "" || isVersion(segment) ? before : segment,
        placeholders,
      );
    }
    for (const { segment, node: child } of node.values.values()) {
      const name = placeholderName(
        before,
        segment,
        new Set(placeholders.map((placeholder) => placeholder.name)),
      );
      walk(child, `${text}/{${name}}${segment.suffix}`, undefined, [...placeholders, { ...segment, name }]);
    }
  };
  walk(root, "", undefined, []);
  return found;
}

const isVersion = (segment: string): boolean => /^v\d+$/i.test(segment);

/** Name of a step from its path: the last words that say something, the method in front where it is not GET. */
function stepName(method: string, template: PathTemplate): string {
  const segments = template.text.split("/").filter((segment) => segment !== "");
  const fixed = segments.filter((segment) => !segment.startsWith("{"));
  const last = segments.at(-1) ?? "";
  const spoken = fixed.filter((segment) => !isVersion(segment) && segment.toLowerCase() !== "api");
  const tail = spoken.slice(-2).flatMap(words);
  // A page of one thing is called by the thing: /api/products/{productId} is `product`.
  const one =
    last.startsWith("{") && tail.length > 0 ? [...tail.slice(0, -1), singular(tail.at(-1) ?? "")] : tail;
  const path =
    one.length > 0
      ? one.join("-")
      : last.startsWith("{")
        ? (template.placeholders.at(-1)?.kind ?? "page")
        : "home";
  return (method === "GET" ? path : `${method.toLowerCase()}-${path}`).slice(0, 50);
}

/**
 * The steps of a log: templates with their methods, those asked for most in front. They can be told from a text and made from it again,
 * so that another log is read with the very same steps.
 */
export class TemplateSet {
  readonly #root = new PathNode();
  readonly #indexes = new Map<PathNode, Map<string, number>>();
  readonly #recent = new Map<string, ReturnType<typeof matchPath> | null>();

  constructor(
    readonly steps: readonly TrafficStep[],
    /** Requests for steps that were left out: too rare. */
    readonly rareRequests = 0,
  ) {
    steps.forEach(({ method, template }, index) => {
      const node = placeOf(this.#root, template);
      const indexes = this.#indexes.get(node) ?? new Map<string, number>();
      indexes.set(method, index);
      this.#indexes.set(node, indexes);
    });
  }

  /**
   * @param root of a settled tree
   * @param mostSteps the others are left out
   * @param methods those that count
   */
  static fromTree(root: PathNode, mostSteps: number, methods: ReadonlySet<string>): TemplateSet {
    const all = templatesOf(root).flatMap(({ node, template }) =>
      [...node.ends].flatMap(([method, requests]) =>
        methods.has(method) ? [{ template, method, requests }] : [],
      ),
    );
    all.sort((a, b) => b.requests - a.requests || (a.template.text < b.template.text ? -1 : 1));
    // The end of a visit has this name in a scenario.
    const taken = new Set<string>(["exit"]);
    const steps = all.slice(0, mostSteps).map(({ template, method, requests }) => {
      const base = stepName(method, template);
      let name = base;
      for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
      taken.add(name);
      return { name, method, template, requests };
    });
    return new TemplateSet(
      steps,
      all.slice(mostSteps).reduce((sum, { requests }) => sum + requests, 0),
    );
  }

  /** The step a request is; undefined when it is none. */
  match(method: string, path: string): StepMatch | undefined {
    let found = this.#recent.get(path);
    if (found === undefined) {
      found = matchPath(this.#root, path) ?? null;
      if (this.#recent.size >= 50_000) this.#recent.clear();
      this.#recent.set(path, found);
    }
    if (found === null) return undefined;
    const step = this.#indexes.get(found.node)?.get(method);
    return step === undefined ? undefined : { step, values: found.values };
  }
}

/** Makes the way to where a template ends. */
function placeOf(root: PathNode, { text, placeholders }: PathTemplate): PathNode {
  let node = root;
  let next = 0;
  for (const segment of text.slice(1).split("/")) {
    const placeholder = segment.startsWith("{") ? placeholders[next++] : undefined;
    if (placeholder !== undefined) {
      node = node.value({ kind: placeholder.kind, suffix: placeholder.suffix });
      continue;
    }
    const child = node.literals.get(segment) ?? new PathNode();
    node.literals.set(segment, child);
    node = child;
  }
  return node;
}

import fc from "fast-check";
import { STEP_METHODS } from "../../../traffic/sessions/request-filter";
import { matchPath, PathTree } from "../../../traffic/templates/path-tree";
import { segmentKind } from "../../../traffic/templates/segments";
import { TemplateSet } from "../../../traffic/templates/template-set";

const OPTIONS = { mostLiterals: 25, fewestClients: 3 };

/** Every path asked for by each of five clients. */
function learn(paths: readonly string[], options = OPTIONS, clients = 5): TemplateSet {
  const tree = new PathTree(options);
  for (const path of paths) for (let client = 0; client < clients; client++) tree.add("GET", path, client);
  tree.settle();
  return TemplateSet.fromTree(tree.root, 100, STEP_METHODS);
}

const texts = (set: TemplateSet): string[] => set.steps.map(({ template }) => template.text).sort();
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe("forms of values", () => {
  test.each([
    ["17", "number"],
    ["-3", "number"],
    ["f47ac10b-58cc-4372-a567-0e02b2c3d479", "uuid"],
    ["9e107d9d372bb6826bd81d3542a419d6", "hash"],
    ["dQw4w9WgXcQ4xR7a2", "token"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefgHIJKL0123", "token"],
    ["jane.doe@example.com", "email"],
    ["jane%40example.com", "email"],
    ["2024-10-10", "date"],
  ])("%s is a %s", (text, kind) => {
    expect(segmentKind(text)).toEqual({ kind, suffix: "" });
  });

  test.each([
    "products",
    "v1",
    "how-to-choose-a-lamp-part-17",
    "iphone-15-pro-max-256gb",
    "index.html",
    "decade",
    "faceb00k",
    "static_pages_of_2024",
    "",
  ])("%s may be fixed text", (text) => {
    expect(segmentKind(text)).toBeUndefined();
  });

  test("a value keeps its ending", () => {
    expect(segmentKind("17.html")).toEqual({ kind: "number", suffix: ".html" });
  });
});

describe("templates from paths", () => {
  test("numbers and keys are abstracted at once, words only when there are many of them", () => {
    const found = learn([
      "/",
      "/products/1",
      "/products/2/reviews",
      "/carts/f47ac10b-58cc-4372-a567-0e02b2c3d479/items/3",
      ...range(60).map((index) => `/blog/a-title-that-is-${"x".repeat(index + 1)}`),
      "/api/v1/orders",
      "/about",
    ]);
    expect(texts(found)).toEqual([
      "/",
      "/about",
      "/api/v1/orders",
      "/blog/{blogSlug}",
      "/carts/{cartId}/items/{itemId}",
      "/products/{productId}",
      "/products/{productId}/reviews",
    ]);
  });

  test("many articles in the root do not swallow the sections beside them, nor pages that every site has", () => {
    const found = learn([
      ...range(100).map((index) => `/article-${"abcdefghij".charAt(index % 10)}${"x".repeat(index)}`),
      "/api/search",
      "/shop/lamps",
      "/login",
      "/cart",
    ]);
    expect(texts(found)).toEqual(["/api/search", "/cart", "/login", "/shop/lamps", "/{slug}"]);
  });

  test("names in the middle of paths are merged with what stands behind them", () => {
    const found = learn(
      range(40).flatMap((index) => [
        `/teams/t${"x".repeat(index)}y/members`,
        `/teams/t${"x".repeat(index)}y/games/7`,
      ]),
    );
    expect(texts(found)).toEqual(["/teams/{teamSlug}/games/{gameId}", "/teams/{teamSlug}/members"]);
  });

  test("text that few clients asked for is not told, nor any behind a collection of people", () => {
    const tree = new PathTree(OPTIONS);
    for (let client = 0; client < 9; client++) {
      tree.add("GET", "/users/jane", client);
      tree.add("GET", "/users/me", client);
      tree.add("GET", "/@joe/posts", client);
    }
    tree.add("GET", "/secret-page-of-one", 1);
    tree.settle();
    expect(texts(TemplateSet.fromTree(tree.root, 100, STEP_METHODS))).toEqual([
      "/users/me",
      "/users/{userSlug}",
      "/{slug}",
      "/{slug}/posts",
    ]);
  });

  test("memory is bounded: two hundred thousand different paths are few places", () => {
    const tree = new PathTree(OPTIONS);
    let seed = 1;
    for (let index = 0; index < 200_000; index++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const word = seed.toString(36).replace(/\d/g, (digit) => "qwertzuiop".charAt(Number(digit)));
      tree.add("GET", `/${word.slice(0, 3)}/${word.slice(3)}/x`, index % 50);
    }
    tree.settle();
    const set = TemplateSet.fromTree(tree.root, 100, STEP_METHODS);
    expect(set.steps[0]?.template.text).toMatch(/^\/\{slug\}\/\{slug2?\}\/x$/);
    expect(set.steps[0]?.requests).toBeGreaterThan(190_000);
  });

  test("steps have names that say what they are, each once", () => {
    const tree = new PathTree(OPTIONS);
    for (let client = 0; client < 5; client++) {
      for (const path of [
        "/",
        "/api/products/1",
        "/api/products",
        "/api/search",
        "/api/v2/search",
        "/exit",
        "/caf%C3%A9",
      ]) {
        tree.add("GET", path, client);
      }
      tree.add("POST", "/api/carts/7/checkout", client);
    }
    tree.settle();
    const set = TemplateSet.fromTree(tree.root, 100, STEP_METHODS);
    expect(set.steps.map(({ name }) => name).sort()).toEqual(
      ["caf", "exit-2", "home", "post-carts-checkout", "product", "products", "search", "search-2"].sort(),
    );
  });

  test("the most frequent templates become steps, and how many requests are left out is known", () => {
    const tree = new PathTree(OPTIONS);
    for (let client = 0; client < 10; client++) {
      tree.add("GET", "/a", client);
      tree.add("GET", "/a", client);
      tree.add("GET", "/b", client);
    }
    tree.settle();
    const set = TemplateSet.fromTree(tree.root, 1, STEP_METHODS);
    expect(set.steps).toMatchObject([{ name: "a", requests: 20 }]);
    expect(set.rareRequests).toBe(10);
    expect(set.match("GET", "/b")).toBeUndefined();
    expect(set.match("POST", "/a")).toBeUndefined();
  });

  test("every path that was learned is matched by the step it was counted for, and values come out in order", () => {
    const word = fc.constantFrom(
      "a",
      "b",
      "api",
      "users",
      "blog",
      "lamp",
      "jane",
      "17",
      "4711",
      "f47ac10b-58cc-4372-a567-0e02b2c3d479",
      "3.html",
      "",
    );
    const paths = fc.array(
      fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(paths, fc.integer({ min: 1, max: 4 }), (list, mostLiterals) => {
        const tree = new PathTree({ mostLiterals, fewestClients: 2 });
        for (const [index, path] of list.entries()) tree.add("GET", path, index % 3);
        tree.settle();
        const set = TemplateSet.fromTree(tree.root, 1000, STEP_METHODS);
        const counts = new Map<number, number>();
        for (const path of list) {
          const match = set.match("GET", path);
          if (match === undefined) throw new Error(`no match: ${path}`);
          counts.set(match.step, (counts.get(match.step) ?? 0) + 1);
          const { template } = set.steps[match.step] ?? { template: { text: "", placeholders: [] } };
          expect(match.values).toHaveLength(template.placeholders.length);
          let next = 0;
          const again = template.text.replace(/\{\w+\}/g, () => match.values[next++] ?? "");
          expect(again).toBe(path);
          expect(matchPath(tree.root, path)?.node.ends.size).toBeGreaterThan(0);
        }
        // Names behind a collection of people are not kept: one that is fixed text elsewhere matches as that.
        if (list.some((path) => path.includes("/users/"))) return;
        expect(set.steps.map((_, index) => counts.get(index))).toEqual(
          set.steps.map(({ requests }) => requests),
        );
      }),
      { numRuns: 300, examples: [[["/a/a", "/lamp/a", "/users/a/a", "/a"], 1]] },
    );
  });
});

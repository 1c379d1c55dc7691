import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placePackages } from "../../../sample/storefront/portable-packages";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pb-packages-")));
});
afterEach(() => rmSync(root, { recursive: true }));

function install(
  path: string,
  dependencies: readonly string[] = [],
  optional: readonly string[] = [],
): string {
  const folder = join(root, path);
  mkdirSync(folder, { recursive: true });
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "*"]));
  // npm writes optional ones into both lists when it publishes.
  const manifest = {
    dependencies: versions([...dependencies, ...optional]),
    optionalDependencies: versions(optional),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
const placed = (...names: string[]): Record<string, string> =>
  Object.fromEntries(
    placePackages(join(root, "app"), names).map(({ path, source }) => [path, source.slice(root.length + 1)]),
  );

test("what packages depend on comes along once, whether hoisted above the program or beside it", () => {
  install("node_modules/a", ["b"]);
  install("node_modules/b", ["a"]);
  install("app/node_modules/c", ["b", "@x/d"]);
  install("node_modules/@x/d");
  install("node_modules/unused");
  expect(placed("a", "c")).toEqual({
    "node_modules/a": "node_modules/a",
    "node_modules/c": "app/node_modules/c",
    "node_modules/b": "node_modules/b",
    "node_modules/@x/d": "node_modules/@x/d",
  });
});

test("two versions of one package each stay with the one that needs it", () => {
  install("node_modules/a", ["c"]);
  install("node_modules/b", ["c"]);
  install("node_modules/c");
  install("node_modules/b/node_modules/c");
  expect(placed("a", "b")).toEqual({
    "node_modules/a": "node_modules/a",
    "node_modules/b": "node_modules/b",
    "node_modules/c": "node_modules/c",
    "node_modules/b/node_modules/c": "node_modules/b/node_modules/c",
  });
});

test("links are followed, as package managers with a store make them", () => {
  install("store/a@1/node_modules/a", ["b"]);
  install("store/a@1/node_modules/b");
  mkdirSync(join(root, "app/node_modules"), { recursive: true });
  symlinkSync(join(root, "store/a@1/node_modules/a"), join(root, "app/node_modules/a"));
  expect(placed("a")).toEqual({
    "node_modules/a": "store/a@1/node_modules/a",
    "node_modules/b": "store/a@1/node_modules/b",
  });
});

test("an optional package may be missing, another may not", () => {
  install("node_modules/a", [], ["native"]);
  expect(placed("a")).toEqual({ "node_modules/a": "node_modules/a" });
  install("node_modules/b", ["gone"]);
  expect(() => placed("b")).toThrow(/the package gone is not installed/);
});

import { ChangeKind, diffInputs } from "../../support/aws-provider/diff";
import { ASSET } from "../../support/aws-provider/wire";

const asset = (hash: string) => ({ "4dabf18193072939515e22adb298388d": ASSET, hash, path: `/tmp/${hash}` });

test("the same inputs do not differ, whatever was filled in by the provider", () => {
  const inputs = { name: "a-1", list: [{ b: 1 }], source: asset("one") };
  expect(diffInputs({ ...inputs, __defaults: ["name"] }, inputs, [])).toEqual([]);
});

test("changes are named by path and kind", () => {
  expect(
    diffInputs(
      { size: 1, gone: "x", rules: [{ port: 80 }] },
      { size: 2, rules: [{ port: 81 }, { port: 82 }] },
      [],
    ),
  ).toEqual([
    { path: "size", kind: ChangeKind.Update, replaces: false },
    { path: "gone", kind: ChangeKind.Delete, replaces: false },
    { path: "rules[0].port", kind: ChangeKind.Update, replaces: false },
    { path: "rules[1]", kind: ChangeKind.Add, replaces: false },
  ]);
});

test("a change anywhere below a property that cannot change replaces, and so does another region", () => {
  const replaced = diffInputs({ a: { b: 1 }, c: 1, region: "x" }, { a: { b: 2 }, c: 2, region: "y" }, ["a"]);
  expect(replaced.map(({ path, replaces }) => [path, replaces])).toEqual([
    ["a.b", true],
    ["c", false],
    ["region", true],
  ]);
  expect(diffInputs({ c: 1 }, { c: 2 }, "all")).toEqual([
    { path: "c", kind: ChangeKind.Update, replaces: true },
  ]);
});

test("assets differ by their contents", () => {
  const other = { ...asset("one"), path: "/elsewhere" };
  expect(diffInputs({ source: asset("one") }, { source: other }, [])).toEqual([]);
  expect(diffInputs({ source: asset("one") }, { source: asset("two") }, [])).toHaveLength(1);
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyTemplate, keepTemplate, templateFolder } from "../../../components/local/postgres/data-template";

let root: string;
let data: string;
let program: string;
const settingBefore = process.env.PERFBED_TOOLS_DIR;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "perfbed-template-"));
  process.env.PERFBED_TOOLS_DIR = join(root, "tools");
  program = join(root, "initdb");
  writeFileSync(program, "first build");
  data = join(root, "data");
  mkdirSync(join(data, "base"), { recursive: true });
  writeFileSync(join(data, "PG_VERSION"), "15\n");
  writeFileSync(join(data, "base", "1"), "table");
});
afterEach(() => {
  if (settingBefore === undefined) delete process.env.PERFBED_TOOLS_DIR;
  else process.env.PERFBED_TOOLS_DIR = settingBefore;
  rmSync(root, { recursive: true, force: true });
});

async function folderOf(initdbArguments: readonly string[] = []): Promise<string> {
  const folder = await templateFolder([program], initdbArguments);
  if (folder === undefined) throw new Error("no template can be kept here");
  return folder;
}

test("a kept data directory comes back whole, and nobody but its owner can reach the template", async () => {
  const template = await folderOf();
  const copy = join(root, "copy");
  expect(await copyTemplate(template, copy, undefined)).toBe(false);
  await keepTemplate(data, template);
  expect(await copyTemplate(template, copy, undefined)).toBe(true);
  expect(readFileSync(join(copy, "base", "1"), "utf8")).toBe("table");
  expect(readFileSync(join(copy, "PG_VERSION"), "utf8")).toBe("15\n");
  expect(statSync(join(root, "tools", "postgres-data-templates")).mode & 0o077).toBe(0);
});

test("a changed program and other arguments have templates of their own", async () => {
  const template = await folderOf();
  expect(await folderOf()).toBe(template);
  expect(await folderOf(["--no-locale"])).not.toBe(template);
  writeFileSync(program, "second build");
  expect(await folderOf()).not.toBe(template);
});

test("of several that keep a template at once one wins, and no half copy is left", async () => {
  const template = await folderOf();
  await Promise.all([1, 2, 3, 4].map(() => keepTemplate(data, template)));
  expect(readdirSync(join(root, "tools", "postgres-data-templates"))).toHaveLength(1);
  expect(readFileSync(join(template, "base", "1"), "utf8")).toBe("table");
});

test("a copy that fails half-way leaves nothing at its place", async () => {
  const template = await folderOf();
  await keepTemplate(data, template);
  const taken = join(root, "missing", "copy");
  expect(await copyTemplate(template, taken, undefined)).toBe(false);
  rmSync(join(template, "base"), { recursive: true });
  // A folder where a file is wanted cannot be copied over it.
  mkdirSync(join(root, "copy", "PG_VERSION"), { recursive: true });
  expect(await copyTemplate(template, join(root, "copy"), undefined)).toBe(false);
  expect(readdirSync(root)).not.toContain("copy");
});

test("where no template can be kept, none is asked for", async () => {
  writeFileSync(join(root, "file"), "");
  process.env.PERFBED_TOOLS_DIR = join(root, "file", "tools");
  expect(await templateFolder([program], [])).toBeUndefined();
  process.env.PERFBED_TOOLS_DIR = join(root, "tools");
  expect(await templateFolder([join(root, "no-such-program")], [])).toBeUndefined();
});

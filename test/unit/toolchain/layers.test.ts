import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const SCRIPT = resolve(__dirname, "../../../scripts/check-layers.js");
const { findViolations } = jest.requireActual<{
  findViolations(root: string): { file: string; line: number; text: string }[];
}>(SCRIPT);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "perfbed-layers-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The violations in a project of these files. */
function check(files: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return findViolations(root).map(({ file, line, text }) => `${file}:${line} ${text}`);
}

describe("a planted import in a wrong direction fails with file and line", () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ["core/a.ts", "../toolchain/tool", "core/ may only import itself"],
    ["toolchain/a.ts", "../components/contracts", "toolchain/ may only import itself, core"],
    [
      "components/local/a.ts",
      "../../campaign/manifest",
      "components/ may only import itself, core, toolchain",
    ],
    ["components/local/a.ts", "../../scenarios/model", "components/ may only import itself, core, toolchain"],
    ["scenarios/a.ts", "../report/model", "scenarios/ must not import report/"],
    ["scenarios/a.ts", "../campaign/run", "scenarios/ must not import campaign/"],
    ["analysis/a.ts", "../storage/store", "analysis/ may only import itself"],
    ["analysis/a.ts", "../campaign/run", "analysis/ may only import itself"],
    ["analysis/a.ts", "node:fs", "analysis is pure: no I/O"],
    ["analysis/a.ts", "node:fs/promises", "analysis is pure: no I/O"],
    ["analysis/a.ts", "child_process", "analysis is pure: no I/O"],
    ["analysis/a.ts", "@pulumi/pulumi", "analysis is pure: no Pulumi"],
    ["analysis/a.ts", "@duckdb/node-api", "analysis is pure: no I/O"],
    ["campaign/a.ts", "../cli/main", "nobody imports cli/"],
    ["bench/a.ts", "../cli/main", "nobody imports cli/"],
    ["report/a.ts", "../test/support/fake-tools", "nobody imports test/"],
    ["report/a.ts", "../../elsewhere/a", "it lies outside of the project"],
  ];
  test.each(planted)("%s importing %s", (file, imported, problem) => {
    const violations = check({ [file]: `// comment\nimport { x } from "${imported}";\n` });
    expect(violations).toEqual([expect.stringContaining(`${file}:2 imports ${imported}: ${problem}`)]);
  });

  test.each([
    "import type { A } from '../report/model';",
    "export * from '../report/model';",
    "export type { A } from '../report/model';",
    "const a = import('../report/model');",
    "const a = require('../report/model');",
    "import '../report/model';",
  ])("in the form %s", (statement) => {
    expect(check({ "scenarios/a.ts": `${statement}\n` })).toHaveLength(1);
  });
});

test("the command prints each violation and exits with 1", () => {
  check({ "core/a.ts": 'import "../report/model";\nimport "../cli/main";\n' });
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, root]);
  expect(status).toBe(1);
  expect(stderr.toString()).toBe(
    "core/a.ts:1 imports ../report/model: core/ may only import itself\n" +
      "core/a.ts:2 imports ../cli/main: nobody imports cli/\n" +
      "2 imports go in a wrong direction\n",
  );
});

describe("imports in the right direction pass", () => {
  test.each([
    ["components/local/a.ts", "../../toolchain"],
    ["components/local/a.ts", "../../core/errors"],
    ["components/a.ts", "@pulumi/pulumi"],
    ["analysis/a.ts", "../scenarios/model"],
    ["analysis/a.ts", "../storage/schema"],
    ["analysis/a.ts", "simple-statistics"],
    ["report/a.ts", "../campaign/manifest"],
    ["cli/a.ts", "../campaign/run"],
    ["test/unit/a.test.ts", "../../cli/main"],
  ])("%s importing %s", (file, imported) => {
    expect(check({ [file]: `import { x } from "${imported}";\n` })).toEqual([]);
  });

  test("words in comments and strings are no imports", () => {
    const text = `// import { x } from "../report/model";\nexport const s = 'import "../campaign/run"';\n`;
    expect(check({ "scenarios/a.ts": text })).toEqual([]);
  });

  test("the project itself keeps its layers", () => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT]);
    expect(`${stderr}`).toBe("");
    expect(status).toBe(0);
  });
});

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";

/** In a Node.js of its own: what is loaded once stays loaded. */
function run(program: string): unknown {
  const lean = JSON.stringify(join(packageRoot(), "dist/core/lean-pulumi-sdk"));
  const source = `require(${lean}).loadPulumiSdkLean();
    const loaded = (part) => Object.keys(require.cache).some((file) => file.includes(part));
    const compiler = "/typescript/lib/", tree = "/@npmcli/arborist/";
    const tell = (answer) => console.log(JSON.stringify(answer));
    ${program}`;
  return JSON.parse(execFileSync(process.execPath, ["-e", source], { cwd: packageRoot(), encoding: "utf8" }));
}

test("the Pulumi SDK starts without the compiler and npm's dependency tree", () => {
  expect(
    run(
      `require("@pulumi/pulumi/automation"); require("@pulumi/pulumi"); tell([loaded(compiler), loaded(tree)]);`,
    ),
  ).toEqual([false, false]);
});

test("a closure is still read with the compiler when one must be", () => {
  expect(
    run(`const { runtime } = require("@pulumi/pulumi");
      const offset = 2;
      runtime.serializeFunction((value) => value + offset).then(({ text }) => tell([loaded(compiler), text.includes("offset")]));`),
  ).toEqual([true, true]);
});

test("others get the compiler itself", () => {
  expect(run(`tell(typeof require("typescript").createProgram);`)).toBe("function");
});

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { bundleKey, packFolder } from "../../../components/aws/app/bundle";

const LONG = join("deep".repeat(20), "deeper".repeat(15));

let folder: string;
let home: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-bundle-"));
  home = join(folder, "home");
  source = join(folder, "source");
  for (const path of ["bin", ".git", "perfbed-results", "lib/.git", "node_modules/.bin", LONG]) {
    mkdirSync(join(source, path), { recursive: true });
  }
  const files = {
    "server.js": "listen();\n",
    "bin/run": "#!/bin/sh\n",
    ".env": "A=1",
    empty: "",
    ".git/HEAD": "ref",
    "perfbed-results/run.json": "{}",
    "lib/.git/kept": "yes",
    [join(LONG, "file with spaces and ü.txt")]: "deep down",
    "large.bin": "x".repeat(20_000_000),
  };
  for (const [path, content] of Object.entries(files)) writeFileSync(join(source, path), content);
  chmodSync(join(source, "bin/run"), 0o755);
  symlinkSync("../../bin/run", join(source, "node_modules/.bin/run"));
  symlinkSync(join(source, "server.js"), join(source, "lib/absolute.js"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function unpacked(file: string): string {
  const target = mkdtempSync(join(folder, "unpacked-"));
  execFileSync("tar", ["-xzf", file, "-C", target]);
  return target;
}

describe("an application's bundle", () => {
  test("any tar unpacks it: content, programs, links, long and foreign names; without history and results", () => {
    const target = unpacked(packFolder(source, home).file);
    expect(readdirSync(target).sort()).toEqual(
      readdirSync(source)
        .filter((name) => name !== ".git" && name !== "perfbed-results")
        .sort(),
    );
    expect(readFileSync(join(target, "server.js"), "utf8")).toBe("listen();\n");
    expect(readFileSync(join(target, "empty"), "utf8")).toBe("");
    expect(readFileSync(join(target, "large.bin"), "utf8")).toHaveLength(20_000_000);
    expect(readFileSync(join(target, LONG, "file with spaces and ü.txt"), "utf8")).toBe("deep down");
    expect(lstatSync(join(target, "bin/run")).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(target, "server.js")).mode & 0o777).toBe(0o644);
    expect(readlinkSync(join(target, "node_modules/.bin/run"))).toBe("../../bin/run");
    // Where it led to is inside the folder, so it leads there wherever that is unpacked.
    expect(readlinkSync(join(target, "lib/absolute.js"))).toBe("../server.js");
    expect(readFileSync(join(target, "lib/.git/kept"), "utf8")).toBe("yes");
  });

  test("its hash is that of the archive, and its name in the bucket is its hash", () => {
    const bundle = packFolder(source, home);
    const archive = gunzipSync(readFileSync(bundle.file));
    expect(createHash("sha256").update(archive).digest("hex")).toBe(bundle.sha256);
    expect(bundleKey(bundle)).toBe(`app/bundles/${bundle.sha256}.tar.gz`);
  });

  test("the same content is the same bundle, whatever the times; other content and other rights are another", () => {
    const { sha256 } = packFolder(source, home);
    const past = new Date("2001-01-01T00:00:00Z");
    utimesSync(join(source, "server.js"), past, past);
    writeFileSync(join(source, ".git/HEAD"), "other");
    expect(packFolder(source, home).sha256).toBe(sha256);
    chmodSync(join(source, "server.js"), 0o755);
    const executable = packFolder(source, home).sha256;
    expect(executable).not.toBe(sha256);
    writeFileSync(join(source, "server.js"), "listen(1);\n");
    expect(packFolder(source, home).sha256).not.toBe(executable);
  });

  test("nothing unfinished is left, and bundles unused for a week are removed", () => {
    const { file } = packFolder(source, home);
    const old = join(home, "bundles", "old.tar.gz");
    writeFileSync(old, "");
    const past = new Date(Date.now() - 8 * 86_400_000);
    utimesSync(old, past, past);
    packFolder(source, home);
    expect(existsSync(old)).toBe(false);
    expect(readdirSync(join(home, "bundles"))).toEqual([file.split("/").at(-1)]);
  });
});

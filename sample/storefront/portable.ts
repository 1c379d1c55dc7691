import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Application } from "../../components/contracts";
import { compiledModule, packageRoot, perfbedHome } from "../../core/home";
import { storefront } from "./application";
import { placePackages } from "./portable-packages";

/**
 * The sample application for instances that do not have this package: a folder with its compiled modules and the packages they use, and
 * nothing of perfbed's other dependencies. Any Node.js from 20 on runs it, on any processor. The folder is kept and used again.
 * @throws Error when this package is not built
 */
export function portableStorefront(version?: string, variant?: string): Application {
  const application = storefront(version, variant);
  const folder = portableFolder();
  const moved = (command: readonly string[]): string[] =>
    command.map((word) => {
      const path = relative(packageRoot(), word);
      return path.startsWith("..") || !word.startsWith("/") ? basename(word) : join(folder, path);
    });
  const { setup } = application;
  return {
    ...application,
    workingDirectory: folder,
    command: moved(application.command),
    ...(setup === undefined ? {} : { setup: { ...setup, command: moved(setup.command) } }),
  };
}

const REQUIRED = /\brequire\("([^"]+)"\)/g;
const ENTRIES = ["sample/storefront/main", "sample/storefront/setup"];

/** Compiled modules that the sample consists of, and the packages they name. */
function modules(): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = ENTRIES.map(compiledModule);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(REQUIRED)) {
      if (name.startsWith(".")) waiting.push(moduleFile(resolve(dirname(file), name)));
      else if (!name.startsWith("node:")) packages.add(packageName(name));
    }
  }
  return { files, packages };
}

const moduleFile = (path: string): string =>
  existsSync(`${path}.js`) ? `${path}.js` : join(path, "index.js");

/** `@scope/name/lib/file` is of `@scope/name`. */
const packageName = (name: string): string =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

function portableFolder(): string {
  const root = packageRoot();
  const { files, packages } = modules();
  const placed = placePackages(root, [...packages]);
  const hash = createHash("sha256");
  for (const file of [...files].sort()) hash.update(relative(root, file)).update(readFileSync(file));
  for (const { source, path } of placed) hash.update(path).update(readFileSync(join(source, "package.json")));
  const parent = join(perfbedHome(), "sample");
  const folder = join(parent, hash.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const unfinished = mkdtempSync(join(parent, "unfinished-"));
  try {
    for (const file of files) cpSync(file, join(unfinished, relative(root, file)));
    for (const { source, path } of placed) {
      const nested = join(source, "node_modules");
      cpSync(source, join(unfinished, path), {
        recursive: true,
        dereference: true,
        filter: (from) => from !== nested,
      });
    }
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process may have finished the same folder in the meantime.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

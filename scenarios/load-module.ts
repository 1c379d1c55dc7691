import { existsSync } from "node:fs";
import { join } from "node:path";
import { createJiti } from "jiti";
import * as zod from "zod";
import { ConfigError } from "../core/errors";
import * as authoring from "./authoring";

/** What was thrown. The user's file may throw anything, also an error of another realm, which is no `instanceof Error` here. */
interface Failure {
  readonly message: string;
  readonly stack: string;
}

function failureOf(thrown: unknown): Failure {
  const part = (name: string): unknown =>
    typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, name) : undefined;
  const message = part("message");
  const stack = part("stack");
  return {
    message: typeof message === "string" ? message : String(thrown),
    stack: typeof stack === "string" ? stack : "",
  };
}

/** file:line:column of the user's own file in a stack or in a parser's message, so that no stack has to be shown. */
function placeIn(error: Failure, file: string): string {
  const text = `${error.message}\n${error.stack}`;
  const at = text.indexOf(`${file}:`);
  const place = at < 0 ? null : /^:\d+(:\d+)?/.exec(text.slice(at + file.length));
  if (place !== null) return `${file}${place[0]}`;
  const parsed = /\((\d+):(\d+)\)/.exec(error.message);
  return parsed === null ? file : `${file}:${parsed[1]}:${parsed[2]}`;
}

function firstLine(error: Failure, file: string): string {
  const line =
    error.message.split("\n").find((text) => text.trim() !== "") ?? "it threw something without a message";
  return line
    .replaceAll(file, "")
    .replace(/^[:\s]+/, "")
    .trim();
}

/**
 * What `import … from "perfbed"` gives a user's file: this very package, whether it runs compiled or from source. The package's
 * index is taken where it exists, so that a config file sees all of it; the authoring functions are always there.
 */
function packageExports(): Record<string, unknown> {
  const index = ["index.js", "index.ts"].map((name) => join(__dirname, "..", name)).find(existsSync);
  const whole: unknown = index === undefined ? {} : require(index);
  return { ...(typeof whole === "object" && whole !== null ? whole : {}), ...authoring };
}

/**
 * Loads a user's TypeScript or JavaScript file without a build and returns its default export.
 * @throws ConfigError when the file is missing, fails while it is loaded (file:line, no stack) or has no default export
 */
export async function loadUserModule(file: string): Promise<unknown> {
  if (!existsSync(file)) {
    throw new ConfigError("The file cannot be read", [
      { field: file, allowed: "an existing .ts or .js file" },
    ]);
  }
  const exported = packageExports();
  const jiti = createJiti(file, {
    interopDefault: false,
    fsCache: false,
    // A file that was edited between two loads must be read again.
    moduleCache: false,
    virtualModules: { perfbed: { ...exported, default: exported }, zod: { ...zod, default: zod } },
  });
  let loaded: unknown;
  try {
    loaded = await jiti.import(file);
  } catch (cause) {
    const error = failureOf(cause);
    throw new ConfigError("The file fails while it is loaded", [
      {
        field: placeIn(error, file),
        allowed: "a module that loads without an error",
        hint: firstLine(error, file),
      },
    ]);
  }
  const found =
    typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
  if (found === undefined) {
    throw new ConfigError("The file has no default export", [
      {
        field: file,
        allowed: "export default …",
        hint: "For example: export default defineScenario({ … }).",
      },
    ]);
  }
  return found;
}

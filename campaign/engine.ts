import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { EnvironmentError } from "../core/errors";
import { toolsDir } from "../core/home";
import { engineVariables } from "../stacks/engine-variables";

const PROJECT = "perfbed";
/** Within the environment's folder. */
export const STATE_FOLDER = "pulumi";

export interface StackOptions {
  readonly environmentId: string;
  /** The environment's own folder: state, passphrase and logs go there. */
  readonly folder: string;
  readonly program: PulumiFn;
  /** The Pulumi CLI. */
  readonly cli: string;
  /** Further variables of the engine and its plugins. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A stack of one environment, with its state in the environment's own folder. */
export interface EngineStack {
  /** The program says itself what stands (see `environmentProgram`); the outputs are not read back. */
  up(signal?: AbortSignal): Promise<void>;
  outputs(): Promise<OutputMap>;
  destroy(): Promise<void>;
}

/** The passphrase that encrypts the stack's secrets: made once an environment, readable by its owner only. */
function passphraseOf(folder: string): string {
  const file = join(folder, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

function environmentVariables({ folder, variables }: StackOptions): Record<string, string> {
  return {
    ...engineVariables(),
    PULUMI_CONFIG_PASSPHRASE: passphraseOf(folder),
    PULUMI_HOME: join(toolsDir(), "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(folder, STATE_FOLDER)}`,
    ...variables,
  };
}

/** What the engine reported as an error, resource by resource. The dynamic provider writes `[CODE] message` and then the hint. */
class Diagnostics {
  readonly #errors: string[] = [];

  readonly onEvent = (event: EngineEvent): void => {
    const found = event.diagnosticEvent;
    if (found !== undefined && found.severity === "error") this.#errors.push(stripColour(found.message));
  };

  /** The first error with a code of ours is the cause; what follows it are consequences. */
  cause(error: unknown): { readonly code: string; readonly message: string } {
    for (const text of this.#errors) {
      const found = /\[(PERFBED_[A-Z_]+)\]\s+([\s\S]+)/.exec(text);
      if (found?.[1] !== undefined && found[2] !== undefined) {
        return { code: found[1], message: found[2].replace(/\n\s+at [\s\S]*$/, "").trim() };
      }
    }
    const fallback = this.#errors[0] ?? (error instanceof Error ? error.message : String(error));
    return { code: "PERFBED_ENGINE", message: fallback.split("\n")[0] ?? "the Pulumi engine failed" };
  }
}

/** The engine marks colours as `<{%fg 1%}>`. */
const stripColour = (text: string): string => text.replaceAll(/<\{%.*?%\}>/g, "");

const commands = new Map<string, Promise<PulumiCommand>>();

/** The CLI as the Automation API knows it. The toolchain has checked its version; the API starts it once to ask again. */
function pulumiCommand(cli: string): Promise<PulumiCommand> {
  const known =
    commands.get(cli) ?? PulumiCommand.get({ root: dirname(dirname(cli)), skipVersionCheck: true });
  commands.set(cli, known);
  return known;
}

/** Begins what needs no environment yet, so that it is done when a stack is opened. Failures show then. */
export function warmUpEngine(cli: string): void {
  pulumiCommand(cli).catch(() => commands.delete(cli));
}

/** What the Automation API asks the CLI after an operation, and an answer that it takes for "nothing". */
const READ_BACK: ReadonlyMap<string, string> = new Map([
  ["output", "{}"],
  ["history", "[]"],
]);

/** A CLI whose questions after an operation can be spared. */
interface SparingCommand {
  readonly command: PulumiCommand;
  /** Runs an operation of a stack without what the Automation API reads back after it. */
  withoutReadBack<T>(operation: () => Promise<T>): Promise<T>;
}

/**
 * After `up` and `destroy` the Automation API runs `stack output` twice and `stack history`: three starts of the CLI, each deriving the key
 * from the passphrase anew, for half a second together. Nothing here uses the answers, and no option turns the questions off, so they are
 * answered in the CLI's place. Everything else goes through, and everything does if the API comes to ask in another way.
 */
function sparing(command: PulumiCommand): SparingCommand {
  let spared = false;
  const answer = (args: unknown): object | undefined => {
    if (!spared || !Array.isArray(args) || args[0] !== "stack") return undefined;
    const stdout = READ_BACK.get(String(args[1]));
    return stdout === undefined ? undefined : { stdout, stderr: "", code: 0 };
  };
  return {
    command: new Proxy(command, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key !== "run" || typeof value !== "function") return value;
        return async (...args: readonly unknown[]): Promise<unknown> =>
          answer(args[0]) ?? Reflect.apply(value, target, args);
      },
    }),
    async withoutReadBack(operation) {
      spared = true;
      try {
        return await operation();
      } finally {
        spared = false;
      }
    },
  };
}

/** Opens (or makes) the stack of an environment whose folder exists. */
export async function openStack(options: StackOptions): Promise<EngineStack> {
  const { environmentId, folder, program, cli } = options;
  const workDir = join(folder, "pulumi-work");
  const exists = existsSync(
    join(folder, STATE_FOLDER, ".pulumi", "stacks", PROJECT, `${environmentId}.json`),
  );
  mkdirSync(join(folder, STATE_FOLDER), { recursive: true, mode: 0o700 });
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const { command, withoutReadBack } = sparing(await pulumiCommand(cli));
  // `createOrSelectStack` tries to select first, which costs a failing start of the CLI.
  const open = exists ? LocalWorkspace.selectStack : LocalWorkspace.createStack;
  const stack: Stack = await open.call(
    LocalWorkspace,
    { projectName: PROJECT, stackName: environmentId, program },
    {
      workDir,
      pulumiCommand: command,
      envVars: environmentVariables(options),
      projectSettings: {
        name: PROJECT,
        runtime: "nodejs",
        backend: { url: `file://${join(folder, STATE_FOLDER)}` },
      },
    },
  );
  const log = join(folder, "logs", "pulumi.log");
  const onOutput = (text: string): void => {
    mkdirSync(dirname(log), { recursive: true });
    appendFileSync(log, text, { mode: 0o600 });
  };
  return {
    async up(signal) {
      const diagnostics = new Diagnostics();
      try {
        await withoutReadBack(() =>
          stack.up({
            onOutput,
            onEvent: diagnostics.onEvent,
            color: "never",
            ...(signal === undefined ? {} : { signal }),
          }),
        );
      } catch (error) {
        const { code, message } = diagnostics.cause(error);
        throw new EnvironmentError(code, `The environment could not be provisioned: ${message}`, {
          cause: error,
        });
      }
    },
    outputs: () => stack.outputs(),
    async destroy() {
      await withoutReadBack(() => stack.destroy({ onOutput, color: "never" }));
    },
  };
}

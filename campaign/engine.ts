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
import { environmentDir, toolsDir } from "../core/home";
import { engineVariables } from "../stacks/engine-variables";

const PROJECT = "perfbed";

/** A stack of one environment, with its state in the environment's own folder. */
export interface EngineStack {
  up(signal?: AbortSignal): Promise<OutputMap>;
  outputs(): Promise<OutputMap>;
  destroy(): Promise<void>;
}

/** The passphrase that encrypts the stack's secrets: made once an environment, readable by its owner only. */
function passphraseOf(folder: string): string {
  const file = join(folder, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

function environmentVariables(environmentId: string, folder: string): Record<string, string> {
  return {
    ...engineVariables(),
    PULUMI_CONFIG_PASSPHRASE: passphraseOf(folder),
    PULUMI_HOME: join(toolsDir(), "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "pulumi")}`,
    // The engine and its plugins belong to the environment: a sweep finds them after a killed runner.
    PERFBED_ENVIRONMENT_ID: environmentId,
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

/** Opens (or makes) the stack of an environment whose folder exists. */
export async function openStack(environmentId: string, program: PulumiFn, cli: string): Promise<EngineStack> {
  const folder = environmentDir(environmentId);
  const workDir = join(folder, "pulumi-work");
  mkdirSync(join(folder, "pulumi"), { recursive: true, mode: 0o700 });
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const command = await PulumiCommand.get({ root: dirname(dirname(cli)), skipVersionCheck: false });
  const stack: Stack = await LocalWorkspace.createOrSelectStack(
    { projectName: PROJECT, stackName: environmentId, program },
    {
      workDir,
      pulumiCommand: command,
      envVars: environmentVariables(environmentId, folder),
      projectSettings: {
        name: PROJECT,
        runtime: "nodejs",
        backend: { url: `file://${join(folder, "pulumi")}` },
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
        const result = await stack.up({
          onOutput,
          onEvent: diagnostics.onEvent,
          color: "never",
          ...(signal === undefined ? {} : { signal }),
        });
        return result.outputs;
      } catch (error) {
        const { code, message } = diagnostics.cause(error);
        throw new EnvironmentError(code, `The environment could not be provisioned: ${message}`, {
          cause: error,
        });
      }
    },
    outputs: () => stack.outputs(),
    async destroy() {
      await stack.destroy({ onOutput, color: "never" });
    },
  };
}

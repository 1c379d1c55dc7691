import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LocalWorkspace, type OutputMap, type PulumiFn, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
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

/** `[CODE] message` as the dynamic provider writes it, out of the engine's diagnostics. */
function causeOf(error: unknown): { code: string; message: string } {
  const text = error instanceof Error ? error.message : String(error);
  const found = /\[(PERFBED_[A-Z_]+)\] ([\s\S]*?)(?=\n\s*\n|\n\s*(?:error:|at |perfbed:|pulumi:|Resources:|Duration:)|$)/.exec(text);
  if (found?.[1] !== undefined && found[2] !== undefined) return { code: found[1], message: found[2].trim() };
  const line = text
    .split("\n")
    .map((candidate) => candidate.trim())
    .find((candidate) => candidate.startsWith("error:"));
  return { code: "PERFBED_ENGINE", message: line ?? text.split("\n")[0] ?? "the Pulumi engine failed" };
}

/** Opens (or makes) the stack of an environment whose folder exists. */
export async function openStack(
  environmentId: string,
  program: PulumiFn,
  cli: string,
): Promise<EngineStack> {
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
      projectSettings: { name: PROJECT, runtime: "nodejs", backend: { url: `file://${join(folder, "pulumi")}` } },
    },
  );
  const log = join(folder, "logs", "pulumi.log");
  const onOutput = (text: string): void => {
    mkdirSync(dirname(log), { recursive: true });
    appendFileSync(log, text, { mode: 0o600 });
  };
  return {
    async up(signal) {
      try {
        const result = await stack.up({ onOutput, color: "never", ...(signal === undefined ? {} : { signal }) });
        return result.outputs;
      } catch (error) {
        const { code, message } = causeOf(error);
        throw new EnvironmentError(code, `The environment could not be provisioned: ${message}`, { cause: error });
      }
    },
    outputs: () => stack.outputs(),
    async destroy() {
      await stack.destroy({ onOutput, color: "never" });
    },
  };
}

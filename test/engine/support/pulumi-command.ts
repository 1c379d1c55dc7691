import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { engineVariables } from "../../../stacks/engine-variables";
import { ensureTools, Tool } from "../../../toolchain";
import { programPath } from "./local-stack";

export interface CommandResult {
  readonly code: number | null;
  /** What was printed, on both streams. */
  readonly output: string;
  readonly stdout: string;
}

/** Variables for `pulumi` as a user types it, with its files below a folder. */
export async function pulumiVariables(home: string): Promise<NodeJS.ProcessEnv> {
  // The official command line brings its own language host; only where there is none is it looked for.
  const host = (await ensureTools([Tool.PulumiLanguageNodejs])).get(Tool.PulumiLanguageNodejs);
  const folders = [
    dirname(host?.executables["pulumi-language-nodejs"] ?? "/"),
    dirname(await programPath(Tool.Pulumi, "pulumi")),
  ];
  return {
    ...process.env,
    ...engineVariables([...folders, process.env.PATH].join(delimiter)),
    PERFBED_HOME: home,
    PULUMI_HOME: join(home, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
  };
}

/** Runs `pulumi` in a project's folder. */
export async function runPulumi(
  folder: string,
  variables: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<CommandResult> {
  const child = spawn("pulumi", [...args, "--non-interactive"], {
    cwd: folder,
    env: variables,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, output] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    stdout += data;
    output += data;
  });
  child.stderr.on("data", (data: Buffer) => {
    output += data;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output, stdout };
}

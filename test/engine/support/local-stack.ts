import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import {
  type Application,
  type EnvironmentAccess,
  type PerformanceEnvironmentArgs,
  type Sizing,
  Target,
} from "../../../components/contracts";
import { createLocalTiers, localSizings } from "../../../components/local";
import { prepareEnvironment, sweepEnvironment } from "../../../components/local/supervisor";
import { compiledModule, packageRoot } from "../../../core/home";
import { newEnvironmentId } from "../../../core/ids";
import { engineVariables } from "../../../stacks/engine-variables";
import { findLocalTools } from "../../../stacks/local-tools";
import { environmentProgram, readAccess } from "../../../stacks/program";
import { resolveTool, Tool } from "../../../toolchain";

/** A home of its own, as short as socket paths need it, through which service accounts can pass. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), "pbe-"));
  chmodSync(home, 0o711);
  return home;
}

/** Path of an outside program that these tests cannot do without. */
export async function programPath(tool: Tool, program: string): Promise<string> {
  const path = (await resolveTool(tool))?.executables[program];
  if (path === undefined) throw new Error(`${tool} is not on this machine; \`npm test\` installs it first`);
  return path;
}

/** The provider runs compiled code: a missing build would show as a puzzling failure of the first resource. */
export function requireBuild(): void {
  if (!existsSync(compiledModule("components/local/provider/runtime"))) {
    throw new Error("dist is missing; run `npm run build` first");
  }
}

export function smallSizing(): Sizing {
  const { small } = localSizings;
  if (small === undefined) throw new Error("there is no sizing named small");
  return small;
}

/** The tiny application of test/fixtures; ready as soon as it listens. */
export function tinyApplication(changes: Partial<Application> = {}): Application {
  return {
    name: "tiny",
    version: "1",
    workingDirectory: join(packageRoot(), "test/fixtures/tiny-app"),
    command: [process.execPath, "server.js"],
    healthPath: "/",
    readyPath: "/",
    environment: {},
    startTimeoutSeconds: 20,
    drainSeconds: 2,
    ...changes,
  };
}

export interface LocalStack {
  readonly environmentId: string;
  /** Folder of the environment. */
  readonly folder: string;
  /** Folder of the engine's state, in plain files. */
  readonly stateFolder: string;
  /** Everything the engine has printed. */
  readonly printed: string[];
  /** Brings the stack to these arguments; returns what is reachable and how many resources changed, by kind of change. */
  up(changes: StackChanges): Promise<{
    access: EnvironmentAccess;
    outputs: Awaited<ReturnType<Stack["up"]>>["outputs"];
    changes: object;
  }>;
  destroy(): Promise<void>;
  /** Ends whatever is left, by identity. */
  dispose(): Promise<void>;
}

export interface StackChanges {
  readonly application: Application;
  readonly sizing: Sizing;
}

/** A stack of its own, driven through the Automation API by the real engine, with its state in a folder of the environment. */
export async function openLocalStack(): Promise<LocalStack> {
  requireBuild();
  const home = temporaryHome();
  process.env.PERFBED_HOME = home;
  const environmentId = newEnvironmentId();
  const owner = "engine-test";
  const expiresAt = new Date(Date.now() + 15 * 60_000).toISOString();
  const folder = await prepareEnvironment({ environmentId, owner, expiresAt, watchdog: true });
  const [stateFolder, workDir] = [join(folder, "pulumi"), join(folder, "pulumi-work")];
  for (const path of [stateFolder, workDir]) mkdirSync(path, { mode: 0o700 });
  const pulumi = await programPath(Tool.Pulumi, "pulumi");
  const command = await PulumiCommand.get({ root: dirname(dirname(pulumi)), skipVersionCheck: true });
  const targets = { [Target.Local]: createLocalTiers({ tools: await findLocalTools(), prepared: true }) };
  const printed: string[] = [];
  const onOutput = (text: string): void => {
    printed.push(text);
  };
  const stack = await LocalWorkspace.createStack(
    { projectName: "perfbed", stackName: environmentId, program: async () => ({}) },
    {
      workDir,
      pulumiCommand: command,
      envVars: {
        ...engineVariables(),
        PERFBED_HOME: home,
        PULUMI_BACKEND_URL: `file://${stateFolder}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
        PULUMI_HOME: join(workDir, "pulumi-home"),
      },
    },
  );
  return {
    environmentId,
    folder,
    stateFolder,
    printed,
    async up(changes) {
      const args: PerformanceEnvironmentArgs = {
        target: Target.Local,
        environment: { id: environmentId, owner, expiresAt, tags: { purpose: "test" } },
        ...changes,
      };
      const result = await stack.up({ program: environmentProgram(args, targets), onOutput });
      return {
        access: readAccess(result.outputs),
        outputs: result.outputs,
        changes: result.summary.resourceChanges ?? {},
      };
    },
    async destroy() {
      await stack.destroy({ onOutput });
    },
    async dispose() {
      await sweepEnvironment(environmentId);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

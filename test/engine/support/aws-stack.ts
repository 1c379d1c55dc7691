import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";
import { engineVariables } from "../../../stacks/engine-variables";
import { Tool } from "../../../toolchain";
import {
  type AwsStandIn,
  type AwsStandInOptions,
  startAwsStandIn,
} from "../../support/aws-provider/stand-in";
import {
  type HostMessage,
  type HostRequest,
  type HostSettings,
  type OperationResult,
  type PolicyPacks,
  PROJECT,
  type ProgramReference,
  SETTINGS_VARIABLE,
} from "./aws-engine-host";
import { programPath } from "./local-stack";

/** An engine whose provider is gone waits for ever: an operation that takes longer is ended by force. */
const OPERATION_DEADLINE_MS = 300_000;

export interface AwsStackOptions extends AwsStandInOptions {
  /** @default "eu-west-1" */
  readonly region?: string;
  /** @default "aws-test" */
  readonly stackName?: string;
  /** Further providers that the engine attaches to, as `<package>:<port>`. @default none */
  readonly providers?: readonly string[];
  /** Further variables of the process that runs engine and program. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface AwsStack {
  readonly standIn: AwsStandIn;
  /** Everything the engine has printed. */
  readonly printed: readonly string[];
  /** Values of the stack's configuration, of the program's own where the name has no namespace. Structured ones as JSON's text. */
  configure(values: Readonly<Record<string, string>>): Promise<void>;
  /** What an `up` would change. */
  preview(program: ProgramReference, policies?: PolicyPacks): Promise<OperationResult>;
  up(program: ProgramReference): Promise<OperationResult>;
  /** Looks at what exists; with `expectNoChanges` it fails when anything drifted. */
  refresh(options?: { readonly expectNoChanges?: boolean }): Promise<OperationResult>;
  destroy(): Promise<OperationResult>;
  /** Where the engine keeps its files: state, history and backups. */
  readonly folder: string;
  /** The engine's state as it lies on disk. */
  storedState(): string;
  /** Ends engine, program and providers and removes the state; what is in the emulator stays there. */
  dispose(): void;
}

/**
 * A stack of its own against an emulated AWS: the real Pulumi engine and the real `@pulumi/aws`, with the providers of
 * test/support/aws-provider in place of the official ones. Its state is in a temporary folder.
 */
export async function openAwsStack(options: AwsStackOptions): Promise<AwsStack> {
  const { region = "eu-west-1", stackName = "aws-test", variables = {}, providers = [] } = options;
  const pulumi = await programPath(Tool.Pulumi, "pulumi");
  const standIn = await startAwsStandIn(options);
  const folder = mkdtempSync(join(tmpdir(), "perfbed-aws-"));
  const [stateFolder, workDir] = [join(folder, "state"), join(folder, "work")];
  for (const path of [stateFolder, workDir]) mkdirSync(path, { mode: 0o700 });
  const host = new EngineHost({
    stackName,
    region,
    workDir,
    pulumi,
    variables: {
      ...engineVariables(),
      ...standIn.engineVariables,
      PULUMI_DEBUG_PROVIDERS: [standIn.engineVariables.PULUMI_DEBUG_PROVIDERS, ...providers].join(","),
      PULUMI_BACKEND_URL: `file://${stateFolder}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
      PULUMI_HOME: join(folder, "home"),
      ...variables,
    },
  });
  const dispose = (): void => {
    host.kill();
    standIn.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await host.ready();
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    standIn,
    folder,
    printed: host.printed,
    configure: async (values) => {
      await host.run({ operation: "configure", values });
    },
    preview: (program, policies) =>
      host.run({ operation: "preview", program, ...(policies === undefined ? {} : { policies }) }),
    up: (program) => host.run({ operation: "up", program }),
    refresh: ({ expectNoChanges = false } = {}) => host.run({ operation: "refresh", expectNoChanges }),
    destroy: () => host.run({ operation: "destroy" }),
    storedState: () =>
      readFileSync(join(stateFolder, ".pulumi/stacks", PROJECT, `${stackName}.json`), "utf8"),
    dispose,
  };
}

/** The process that runs engine and program; see aws-engine-host.ts. */
class EngineHost {
  readonly printed: string[] = [];
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(settings: HostSettings) {
    const module = join(__dirname, "aws-engine-host.ts");
    const load = `require("jiti").createJiti(${JSON.stringify(module)}).import(${JSON.stringify(module)})`;
    this.#child = spawn(process.execPath, ["-e", load], {
      cwd: packageRoot(),
      env: { ...process.env, ...settings.variables, [SETTINGS_VARIABLE]: JSON.stringify(settings) },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A group of its own, with the engine in it, so that all of it can be ended.
      detached: true,
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  async ready(): Promise<void> {
    await this.#answer(() => {});
  }

  run(request: HostRequest): Promise<OperationResult> {
    return this.#answer(() => this.#child.send(request));
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(-pid, "SIGKILL");
  }

  #answer(ask: () => void): Promise<OperationResult> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#child.off("message", onMessage).off("exit", onExit);
        end();
      };
      const fail = (message: string): void => settle(() => reject(new Error(message)));
      const timer = setTimeout(() => {
        fail(`no end after ${OPERATION_DEADLINE_MS} ms; the engine said:\n${this.printed.join("")}`);
        this.kill();
      }, OPERATION_DEADLINE_MS);
      const onExit = (): void => fail(`the process of the engine ended:\n${this.#stderr}`);
      const onMessage = (message: HostMessage): void => {
        if (message.kind === "printed") this.printed.push(message.text);
        else if (message.kind === "failed") fail(message.message);
        else settle(() => resolve(message.kind === "done" ? message.result : { outputs: {}, changes: {} }));
      };
      this.#child.on("message", onMessage).on("exit", onExit);
      ask();
    });
  }
}

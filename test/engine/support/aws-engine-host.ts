import { dirname } from "node:path";
import {
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";

/**
 * Runs in a process of its own, started by aws-stack.ts: drives a stack through the Automation API, with the program in the same process, as
 * a user's tool would. A program that fails leaves rejected promises behind, which would fail whatever test happens to run in a shared process;
 * and a process that hangs can be ended.
 */
export interface HostSettings {
  readonly stackName: string;
  readonly region: string;
  readonly workDir: string;
  /** The Pulumi CLI. */
  readonly pulumi: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A module whose default export makes a Pulumi program from a value. */
export interface ProgramReference {
  readonly module: string;
  /** JSON's types only. */
  readonly args?: unknown;
}

/** Policies that an operation is held to. */
export interface PolicyPacks {
  /** Folders with a PulumiPolicy.yaml. */
  readonly policyPacks: string[];
  /** Files with the settings of each, in the same order. */
  readonly policyPackConfigs: string[];
}

export type HostRequest =
  | { readonly operation: "configure"; readonly values: Readonly<Record<string, string>> }
  | { readonly operation: "preview"; readonly program: ProgramReference; readonly policies?: PolicyPacks }
  | { readonly operation: "up"; readonly program: ProgramReference }
  | { readonly operation: "refresh"; readonly expectNoChanges: boolean }
  | { readonly operation: "destroy" };

export interface OperationResult {
  readonly outputs: OutputMap;
  /** How many resources changed, by kind of change, e.g. `{ create: 3 }`. */
  readonly changes: Readonly<Record<string, number>>;
}

export type HostMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "printed"; readonly text: string }
  | { readonly kind: "done"; readonly result: OperationResult }
  | { readonly kind: "failed"; readonly message: string };

export const PROJECT = "perfbed";
export const SETTINGS_VARIABLE = "PERFBED_TEST_STACK";

const tell = (message: HostMessage): void => {
  process.send?.(message);
};

async function programOf(reference: ProgramReference): Promise<PulumiFn> {
  const loaded: { default: (args: unknown) => PulumiFn } = await import(reference.module);
  return loaded.default(reference.args);
}

async function openStack(settings: HostSettings): Promise<Stack> {
  const root = dirname(dirname(settings.pulumi));
  const stack = await LocalWorkspace.createStack(
    { projectName: PROJECT, stackName: settings.stackName, program: async () => ({}) },
    {
      workDir: settings.workDir,
      pulumiCommand: await PulumiCommand.get({ root, skipVersionCheck: true }),
      envVars: { ...settings.variables },
    },
  );
  await stack.setConfig("aws:region", { value: settings.region });
  return stack;
}

async function perform(stack: Stack, request: HostRequest): Promise<OperationResult> {
  const options = { color: "never", onOutput: (text: string) => tell({ kind: "printed", text }) } as const;
  switch (request.operation) {
    case "configure": {
      const values = Object.entries(request.values).map(([key, value]) => [key, { value }] as const);
      await stack.setAllConfig(Object.fromEntries(values));
      return { outputs: {}, changes: {} };
    }
    case "preview": {
      const { changeSummary } = await stack.preview({
        ...options,
        ...request.policies,
        program: await programOf(request.program),
      });
      return { outputs: {}, changes: { ...changeSummary } };
    }
    case "up": {
      const { outputs, summary } = await stack.up({ ...options, program: await programOf(request.program) });
      return { outputs, changes: { ...summary.resourceChanges } };
    }
    case "refresh": {
      const { summary } = await stack.refresh({ ...options, expectNoChanges: request.expectNoChanges });
      return { outputs: {}, changes: { ...summary.resourceChanges } };
    }
    case "destroy": {
      const { summary } = await stack.destroy(options);
      return { outputs: {}, changes: { ...summary.resourceChanges } };
    }
  }
}

async function main(): Promise<void> {
  // The Automation API reports what a program leaves rejected; what comes after its report has no reader.
  process.on("unhandledRejection", () => {});
  // The test is gone: so is everything that it started.
  process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
  const settings: HostSettings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? "{}");
  const stack = await openStack(settings);
  process.on("message", (request: HostRequest) => {
    perform(stack, request).then(
      (result) => tell({ kind: "done", result }),
      (error: unknown) => tell({ kind: "failed", message: String(error) }),
    );
  });
  tell({ kind: "ready" });
}

if (process.env[SETTINGS_VARIABLE] !== undefined) {
  main().catch((error: unknown) => tell({ kind: "failed", message: String(error) }));
}

import { userInfo } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { Target } from "../../components/contracts";
import { createLocalTiers } from "../../components/local";
import { formatProblem, PerfbedError } from "../../core/errors";
import { environmentArgs, STACK_CONFIG_KEYS } from "../config";
import { findLocalTools } from "../local-tools";
import { createEnvironment, type EnvironmentOutputs } from "../program";

async function program(): Promise<EnvironmentOutputs> {
  const config = new pulumi.Config();
  const args = environmentArgs(Object.fromEntries(STACK_CONFIG_KEYS.map((key) => [key, config.get(key)])), {
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    user: userInfo().username,
    directory: process.cwd(),
    now: new Date(),
  });
  return createEnvironment(args, { [Target.Local]: createLocalTiers({ tools: await findLocalTools() }) });
}

/**
 * The engine prints a RunError's message and no stack: the mistake is the user's, not the program's. Without a stack it is also printed at
 * once; the SDK renders stacks in colour even where it does not show them, which took ten seconds here.
 */
function readable(error: unknown): unknown {
  if (!(error instanceof PerfbedError)) return error;
  const lines = [
    `[${error.code}] ${error.message}`,
    ...error.problems.map((one) => `  ${formatProblem(one)}`),
  ];
  if (error.hint !== undefined) lines.push(`  ${error.hint}`);
  const mistake = new pulumi.RunError(lines.join("\n"));
  mistake.stack = mistake.message;
  return mistake;
}

/** The program of `pulumi up`: configuration in Pulumi.yaml, outputs as in `EnvironmentAccess`. */
export = async (): Promise<EnvironmentOutputs> => {
  try {
    return await program();
  } catch (error) {
    throw readable(error);
  }
};

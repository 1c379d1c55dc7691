import { userInfo } from "node:os";
import { isAbsolute } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { formatProblem, PerfbedError } from "../core/errors";
import type { RawConfig } from "./config";
import type { StackContext } from "./stack-context";

function contextOfStack(): StackContext {
  // Hosts of older Pulumi versions say nothing of it.
  const root = pulumi.getRootDirectory();
  const region =
    new pulumi.Config("aws").get("region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  return {
    organization: pulumi.getOrganization(),
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    user: userInfo().username,
    directory: isAbsolute(root) ? root : process.cwd(),
    now: new Date(),
    ...(region === undefined || region === "" ? {} : { region }),
  };
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

/** A program of `pulumi up`: reads the values of its Pulumi.yaml and reports a user's mistake without a stack. */
export function stackProgram<Outputs>(
  keys: readonly string[],
  program: (raw: RawConfig, context: StackContext) => Promise<Outputs>,
): () => Promise<Outputs> {
  return async () => {
    try {
      const config = new pulumi.Config();
      return await program(Object.fromEntries(keys.map((key) => [key, config.get(key)])), contextOfStack());
    } catch (error) {
      throw readable(error);
    }
  };
}

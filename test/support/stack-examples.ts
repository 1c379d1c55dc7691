import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../../core/home";
import type { RawConfig } from "../../stacks/config";

const projectFile = z.object({
  main: z.string(),
  config: z.record(z.string(), z.object({ description: z.string().min(10), default: z.unknown() })),
});
type Project = z.output<typeof projectFile>;

const exampleFile = z.object({ config: z.looseObject({ "aws:region": z.string() }) });

/** The shapes that each project in stacks/ has an example of. */
export const EXAMPLE_SIZES = ["small", "medium", "large"] as const;

/** The Pulumi.yaml in a folder of the package. */
export const readProject = (...path: string[]): Project =>
  projectFile.parse(parse(readFileSync(join(packageRoot(), ...path, "Pulumi.yaml"), "utf8")));

/** The values that a program reads when a stack sets none. */
export const defaultsOf = ({ config }: Project): RawConfig =>
  Object.fromEntries(Object.entries(config).map(([key, one]) => [key, one.default]));

export interface StackExample {
  readonly region: string;
  /** What the project's program reads: the example's values over the defaults. */
  readonly raw: RawConfig;
}

/** An example of a project in stacks/, as the engine would read it. */
export function readExample(stack: string, size: string): StackExample {
  const path = join(packageRoot(), "stacks", stack, `Pulumi.${size}.yaml`);
  const { "aws:region": region, ...values } = exampleFile.parse(parse(readFileSync(path, "utf8"))).config;
  const own = Object.entries(values).map(([key, value]) => [key.replace(`perfbed-${stack}:`, ""), value]);
  return { region, raw: { ...defaultsOf(readProject("stacks", stack)), ...Object.fromEntries(own) } };
}

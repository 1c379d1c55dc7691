import type { Workload } from "../../scenarios/model";
import { environmentNames } from "../../scenarios/workload-files";
import { runSetUp } from "./set-up";

export type GeneratorVariables = Readonly<Record<string, string>>;

/** Variables of each generator beside those of its tool: what steps refer to as `${env.NAME}`, and what its set-up has given. */
export async function generatorVariables(
  workload: Workload,
  generators: number,
  place: {
    readonly baseUrl: string;
    readonly endpoints: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<readonly GeneratorVariables[]> {
  const environment = Object.fromEntries(
    environmentNames(workload).map((name) => [name, process.env[name] ?? ""]),
  );
  // One after the other: a set-up of many generators is no load test.
  const variables: GeneratorVariables[] = [];
  for (let index = 0; index < generators; index += 1) {
    const { setup } = workload;
    variables.push(
      setup?.per === "generator"
        ? { ...environment, PERFBED_SETUP: JSON.stringify(await runSetUp(setup, { ...place, environment })) }
        : environment,
    );
  }
  return variables;
}

import { z } from "zod";
import type { Executor } from "./executor";
import type { ArrivalProfile, Journey, NativeScript, ServiceLevelObjective, Setup } from "./model";

/** What a scenario's `workload` function returns. */
export interface WorkloadSpec {
  /** Arrivals before the measured part. @default none */
  readonly warmup?: ArrivalProfile;
  /** Arrivals of the measured part, unless there is an executor. */
  readonly arrival?: ArrivalProfile;
  /** Who starts visits in place of an arrival curve: a recorded trace, virtual users, or a rate that is set from outside. */
  readonly executor?: Executor;
  /** At least one, unless there is a script. */
  readonly journeys: readonly Journey[];
  /** @default none: the run is then judged on its validity alone */
  readonly slos?: readonly ServiceLevelObjective[];
  /** Stop the run once this share of the requests of the last 10 s failed. @default never */
  readonly abortErrorRatio?: number;
  /** How long cookies last. @default "visit" */
  readonly cookies?: "visit" | "user";
  /** Requests before the load, for a token. @default none */
  readonly setup?: Setup;
  /** A native script that makes the requests in place of journeys. */
  readonly script?: NativeScript;
}

/** What a scenario may know of the place it runs in. */
export interface ScenarioContext {
  /** True when the system under test is the storefront sample: its journeys apply. */
  readonly storefront: boolean;
}

/** A scenario as its author writes it. */
export interface ScenarioDefinition<Parameters extends z.ZodObject> {
  /** Lower case, digits and hyphens; shown everywhere. */
  readonly name: string;
  /** One sentence: what question the scenario answers. */
  readonly description: string;
  /** zod object; give every field a default and a `.describe()` text. */
  readonly parameters: Parameters;
  /** Pure: the same parameters must give the same workload. */
  workload(parameters: z.output<Parameters>, context: ScenarioContext): WorkloadSpec;
}

/** A scenario as perfbed uses it: the type of its parameters is checked at run time. */
export interface Scenario {
  readonly kind: "perfbed-scenario";
  readonly name: string;
  readonly description: string;
  /** The author's parameters and `seed`. */
  readonly parameters: z.ZodObject;
  /** @throws ZodError when the parameters do not fit the schema */
  plan(parameters: Readonly<Record<string, unknown>>, context: ScenarioContext): WorkloadSpec;
}

/** Every scenario has it, whether its author declares it or not. */
const seedParameter = z
  .int()
  .min(0)
  .max(0xffffffff)
  .default(1)
  .describe("Seed of the data and the pauses: the same seed makes the same requests.");

/**
 * Declares a scenario. A scenario of your own is one TypeScript file with `export default defineScenario({ … })`.
 */
export function defineScenario<Parameters extends z.ZodObject>(
  definition: ScenarioDefinition<Parameters>,
): Scenario {
  const schema = definition.parameters;
  const parameters =
    "seed" in schema.shape ? schema.strict() : z.strictObject({ ...schema.shape, seed: seedParameter });
  return {
    kind: "perfbed-scenario",
    name: definition.name,
    description: definition.description,
    parameters,
    plan: (values, context) => {
      const { seed: _seed, ...own } = values;
      return definition.workload(schema.parse("seed" in schema.shape ? values : own), context);
    },
  };
}

/** Told by its marker: a user's file may have been loaded with another copy of this package. */
export function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "perfbed-scenario" &&
    "plan" in value &&
    typeof value.plan === "function"
  );
}

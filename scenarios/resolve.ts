import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { ConfigError } from "../core/errors";
import { NO_ARRIVALS } from "./arrival";
import { findScenario } from "./catalogue";
import { isScenario, type Scenario, type ScenarioContext, type WorkloadSpec } from "./define";
import { executorCurve } from "./executor-plan";
import { loadUserModule } from "./load-module";
import type { Workload } from "./model";
import { SCRIPT_EXTENSIONS, scriptScenario, toolOfScript } from "./native-script";
import { resolveParameters } from "./parameters";
import { validateWorkload } from "./validate";
import { resolveFiles } from "./workload-files";

const FILE_EXTENSIONS = new Set([".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ...SCRIPT_EXTENSIONS]);

/**
 * A scenario by its catalogue name or by its file: a TypeScript scenario or a load tool's own script. Relative files start from `baseDir`.
 * @throws ConfigError when there is no such scenario or the file cannot be loaded
 */
export async function loadScenario(nameOrFile: string, baseDir: string): Promise<Scenario> {
  if (!FILE_EXTENSIONS.has(extname(nameOrFile))) return findScenario(nameOrFile);
  const file = resolve(baseDir, nameOrFile);
  if (!existsSync(file)) {
    throw new ConfigError("The scenario file does not exist", [
      {
        field: "scenario",
        value: file,
        allowed: `an existing scenario file (.ts), k6 script (.js) or script of another load tool (${SCRIPT_EXTENSIONS.join(", ")})`,
      },
    ]);
  }
  const tool = toolOfScript(file);
  if (tool !== undefined) return scriptScenario(file, tool);
  const loaded = await loadUserModule(file);
  if (!isScenario(loaded)) {
    throw new ConfigError("The file's default export is not a scenario", [
      { field: "scenario", value: file, allowed: "export default defineScenario({ … })" },
    ]);
  }
  return loaded;
}

/**
 * The workload of a scenario with its parameters filled in, validated.
 * @param filesDir folder that the relative paths of tables and other files start from
 * @throws ConfigError with every problem of the parameters or of the workload
 */
export function buildWorkload(
  scenario: Scenario,
  parameters: Readonly<Record<string, unknown>>,
  context: ScenarioContext,
  filesDir: string = process.cwd(),
): Workload {
  const spec = scenario.plan(parameters, context);
  const seed = parameters.seed;
  const planned: Workload = {
    scenario: scenario.name,
    description: scenario.description,
    seed: typeof seed === "number" ? seed : 1,
    ...curveOf(spec),
    journeys: spec.journeys,
    slos: spec.slos ?? [],
    ...(spec.abortErrorRatio === undefined ? {} : { abortErrorRatio: spec.abortErrorRatio }),
    ...(spec.cookies === undefined ? {} : { cookies: spec.cookies }),
    ...(spec.setup === undefined ? {} : { setup: spec.setup }),
    ...(spec.script === undefined ? {} : { script: spec.script }),
    parameters,
  };
  const workload = resolveFiles(planned, filesDir);
  validateWorkload(workload);
  return workload;
}

/** The curve: as given, or made from the executor. */
function curveOf(spec: WorkloadSpec): Pick<Workload, "warmup" | "arrival" | "executor"> {
  const { executor, warmup, arrival } = spec;
  if (executor !== undefined) {
    const given = [
      ...(warmup === undefined ? [] : ["warmup"]),
      ...(arrival === undefined ? [] : ["arrival"]),
    ];
    if (given.length > 0) {
      throw new ConfigError("The workload has two ways to start visits", [
        {
          field: given.join(", "),
          allowed: `nothing beside the executor ${executor.kind}`,
          hint: "An executor has stages and a warm-up of its own.",
        },
      ]);
    }
    return { ...executorCurve(executor), executor };
  }
  return {
    warmup: warmup === undefined || isEmpty(warmup) ? NO_ARRIVALS : warmup,
    arrival: arrival ?? NO_ARRIVALS,
  };
}

/** A warm-up of no length must not leave jumps behind at the start of the curve. */
function isEmpty(profile: Workload["warmup"]): boolean {
  return profile.stages.every((stage) => stage.durationSeconds === 0);
}

export interface WorkloadRequest {
  /** Catalogue name, scenario file or a load tool's own script. */
  readonly scenario: string;
  /** Folder that a relative scenario file starts from. */
  readonly baseDir: string;
  /** Values of the config file. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `--set` texts, `name=value`; they go before `parameters`. */
  readonly set: readonly string[];
  /** True when the storefront sample is under test. */
  readonly storefront: boolean;
}

/** From what the user asked for to a validated workload. @throws ConfigError with every problem */
export async function resolveWorkload(request: WorkloadRequest): Promise<Workload> {
  const scenario = await loadScenario(request.scenario, request.baseDir);
  const parameters = resolveParameters(scenario, { set: request.set, values: request.parameters });
  const isFile = FILE_EXTENSIONS.has(extname(request.scenario));
  const filesDir = isFile ? dirname(resolve(request.baseDir, request.scenario)) : request.baseDir;
  return buildWorkload(scenario, parameters, { storefront: request.storefront }, filesDir);
}

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError, type Problem } from "../core/errors";
import { type Feeder, type HttpStep, isHttpStep, type Journey, type Step, type Workload } from "./model";
import { readTable } from "./tables";

/** Collects what is wrong with each file and goes on. */
class Files {
  readonly problems: Problem[] = [];

  constructor(private readonly baseDir: string) {}

  absolute(field: string, file: string): string {
    const path = resolve(this.baseDir, file);
    if (!existsSync(path)) this.problems.push({ field, value: path, allowed: "a file that exists" });
    return path;
  }

  feeder(field: string, feeder: Feeder): Feeder {
    if (feeder.kind !== "table") return feeder;
    const file = resolve(this.baseDir, feeder.file);
    try {
      const { columns, rows } = readTable(file);
      return { ...feeder, file, columns, rowCount: rows.length };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problems.push(...error.problems.map((problem) => ({ ...problem, field: `${field}.file` })));
      return { ...feeder, file };
    }
  }

  http(field: string, step: HttpStep): HttpStep {
    const { request } = step;
    if (request.multipart === undefined) return step;
    const multipart = request.multipart.map((part, index) =>
      part.kind === "file"
        ? { ...part, file: this.absolute(`${field}.request.multipart[${index}].file`, part.file) }
        : part,
    );
    return { ...step, request: { ...request, multipart } };
  }

  step(field: string, step: Step): Step {
    if (isHttpStep(step)) return this.http(field, step);
    return step.kind === "grpc" ? { ...step, proto: this.absolute(`${field}.proto`, step.proto) } : step;
  }

  journey(field: string, journey: Journey): Journey {
    return {
      ...journey,
      ...(journey.feeders === undefined
        ? {}
        : { feeders: journey.feeders.map((feeder, at) => this.feeder(`${field}.feeders[${at}]`, feeder)) }),
      steps: journey.steps.map((step, at) => this.step(`${field}.steps[${at}]`, step)),
    };
  }
}

/**
 * The files of a workload: paths made absolute, and tables read for their columns and the number of their rows.
 * @param baseDir folder that relative paths start from: the scenario file's
 * @throws ConfigError with every file that is missing or is no table
 */
export function resolveFiles<Part extends Pick<Workload, "journeys" | "setup">>(
  workload: Part,
  baseDir: string,
): Part {
  const files = new Files(baseDir);
  const { setup } = workload;
  const resolved = {
    ...workload,
    journeys: workload.journeys.map((journey, at) => files.journey(`journeys[${at}]`, journey)),
    ...(setup === undefined
      ? {}
      : {
          setup: { ...setup, steps: setup.steps.map((step, at) => files.http(`setup.steps[${at}]`, step)) },
        }),
  };
  if (files.problems.length > 0) throw new ConfigError("Files of the scenario", files.problems);
  return resolved;
}

/** Names of the environment variables that templates use as `${env.NAME}`, sorted. */
export function environmentNames(workload: Pick<Workload, "journeys" | "setup">): readonly string[] {
  const found = new Set<string>();
  // Every text of the workload: a template that is found where none is does no harm.
  for (const match of JSON.stringify([workload.journeys, workload.setup ?? null]).matchAll(
    /\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}/g,
  )) {
    if (match[1] !== undefined) found.add(match[1]);
  }
  return [...found].sort();
}

/** Names of the endpoints that steps go to, sorted. */
export function endpointNames(workload: Pick<Workload, "journeys" | "setup">): readonly string[] {
  const steps: readonly Step[] = [
    ...workload.journeys.flatMap((journey) => journey.steps),
    ...(workload.setup?.steps ?? []),
  ];
  return [...new Set(steps.flatMap((step) => (step.endpoint === undefined ? [] : [step.endpoint])))].sort();
}

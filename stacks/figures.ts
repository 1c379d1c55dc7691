import { z } from "zod";
import { awsSizings } from "../components/aws/sizings";
import { type Sizing, Target } from "../components/contracts";
import { localSizings } from "../components/local/sizings";
import type { Problem } from "../core/errors";
import { closestName } from "../core/zod-problems";
import { optional } from "./optional";

/** A number, or its text: single values of a stack's configuration are texts, those of structured ones are not. */
const figure = () =>
  optional(
    z.union([
      z.number().nonnegative(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/, "a number")
        .transform(Number),
    ]),
  );

/** A named sizing, and figures that replace single values of it. */
export const sizingShape = {
  sizing: optional(z.string()),
  appMinInstances: figure(),
  appMaxInstances: figure(),
  appCpu: figure(),
  appMemoryMiB: figure(),
  appTargetCpuPercent: figure(),
  databaseCpu: figure(),
  databaseMemoryMiB: figure(),
  databaseReplicas: figure(),
  databasePoolSize: figure(),
  cacheMemoryMiB: figure(),
  edgeMemoryMiB: figure(),
  generators: figure(),
} as const;

const sizingConfig = z.object(sizingShape);
export type SizingConfig = z.output<typeof sizingConfig>;

/** Ready-made sizings of each target, by name. */
export function sizingsOf(target: Target): Readonly<Record<string, Sizing>> {
  return target === Target.Aws ? awsSizings : localSizings;
}

/**
 * The sizing that a configuration describes.
 * @param named what to call it @default the sizing it starts from
 * @param problems receives what is wrong with its name
 */
export function sizingFrom(
  config: SizingConfig,
  target: Target,
  problems: Problem[],
  { field, named }: { readonly field: string; readonly named?: string } = { field: "sizing" },
): Sizing | undefined {
  const known = sizingsOf(target);
  const start = config.sizing ?? "small";
  const base = known[start];
  if (base === undefined) {
    const names = Object.keys(known);
    const guess = closestName(start, names);
    problems.push({
      field,
      value: start,
      allowed: names.join(", "),
      ...(guess === undefined ? {} : { hint: `Did you mean ${guess}?` }),
    });
    return undefined;
  }
  const { app, database, cache, edge, fleet } = base;
  return {
    name: named ?? start,
    app: {
      ...app,
      minInstances: config.appMinInstances ?? app.minInstances,
      maxInstances: config.appMaxInstances ?? app.maxInstances,
      cpu: config.appCpu ?? app.cpu,
      memoryMiB: config.appMemoryMiB ?? app.memoryMiB,
      scaling: { ...app.scaling, targetValue: config.appTargetCpuPercent ?? app.scaling.targetValue },
    },
    database: {
      ...database,
      cpu: config.databaseCpu ?? database.cpu,
      memoryMiB: config.databaseMemoryMiB ?? database.memoryMiB,
      replicas: config.databaseReplicas ?? database.replicas,
      poolSize: config.databasePoolSize ?? database.poolSize,
    },
    cache: {
      ...cache,
      memoryMiB: config.cacheMemoryMiB ?? cache.memoryMiB,
    },
    edge: { ...edge, memoryMiB: config.edgeMemoryMiB ?? edge.memoryMiB },
    fleet: { generators: config.generators ?? fleet.generators },
  };
}

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Application } from "../components/contracts";
import { ConfigError } from "../core/errors";
import { problemsFromZod } from "../core/zod-problems";

/** An application as a user writes it down; what is left out has the defaults of `Application` in components/contracts.ts. */
const applicationFile = z.strictObject({
  name: z.string().min(1),
  version: z.string().min(1),
  /** Relative to the file. */
  directory: z.string().default("."),
  command: z.array(z.string()).min(1),
  healthPath: z.string().default("/health"),
  readyPath: z.string().optional(),
  metricsPath: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  setup: z
    .strictObject({ command: z.array(z.string()).min(1), timeoutSeconds: z.number().default(120) })
    .optional(),
  startTimeoutSeconds: z.number().default(30),
  drainSeconds: z.number().default(10),
});

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError("Application file", [
      {
        field: "application",
        value: path,
        allowed: "storefront, or the path of a readable YAML or JSON file",
        ...(error instanceof Error ? { hint: error.message } : {}),
      },
    ]);
  }
}

/** Reads an application's description. @throws ConfigError with everything wrong in it */
export function readApplicationFile(path: string): Application {
  const raw = readYaml(path);
  const parsed = applicationFile.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(`Application file ${path}`, problemsFromZod(parsed.error, raw, applicationFile));
  }
  const { directory, readyPath, metricsPath, setup, ...rest } = parsed.data;
  return {
    ...rest,
    workingDirectory: resolve(dirname(path), directory),
    readyPath: readyPath ?? rest.healthPath,
    ...(metricsPath === undefined ? {} : { metricsPath }),
    ...(setup === undefined ? {} : { setup }),
  };
}

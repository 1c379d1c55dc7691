import { resolve } from "node:path";
import { z } from "zod";
import type { Application } from "../components/contracts";
import type { Problem } from "../core/errors";

/** An application as a user writes it down, in perfbed.config.* or in the file that a stack's configuration names. */

export const commandSchema = z
  .array(z.string().min(1))
  .min(1)
  .describe("Program and arguments, as a list. No shell: nothing is expanded.");

const urlPath = z.string().regex(/^\//, 'must start with "/"');

export const applicationSchema = z
  .strictObject({
    name: z.string().min(1).max(60).describe("Name of the system under test, shown in reports."),
    version: z
      .string()
      .min(1)
      .max(100)
      .default("dev")
      .describe("What is under test, e.g. a commit or a release."),
    directory: z.string().default(".").describe("Folder the commands run in, relative to the config file."),
    command: commandSchema.describe(
      "Starts one instance, which must listen on HOST:PORT from its environment. A list, no shell.",
    ),
    health: urlPath.default("/health").describe("Path answering 200 while the process lives."),
    ready: urlPath
      .optional()
      .describe("Path answering 200 once requests may be sent; the health path when absent."),
    metrics: urlPath.optional().describe("Path of the Prometheus metrics of one instance."),
    environment: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.coerce.string())
      .default({})
      .describe("Further environment variables. `${NAME}` is taken from perfbed's own environment."),
    setup: z
      .strictObject({
        command: commandSchema.describe("Run once before the first instance: migrate and seed."),
        timeoutSeconds: z.number().int().min(1).max(3600).default(120),
      })
      .optional(),
    startTimeoutSeconds: z.number().int().min(1).max(600).default(30),
    drainSeconds: z.number().int().min(0).max(120).default(10),
  })
  .describe("The system under test.");

export type ApplicationConfig = z.output<typeof applicationSchema>;

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function resolveReferences(
  environment: Readonly<Record<string, string>>,
  problems: Problem[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(REFERENCE, (reference, variable: string) => {
        const found = process.env[variable];
        if (found === undefined) {
          problems.push({
            field: `application.environment.${name}`,
            value: reference,
            allowed: "a variable that is set where perfbed runs",
            hint: `Export ${variable}, or write the value itself if it is no secret.`,
          });
        }
        return found ?? "";
      }),
    ]),
  );
}

/**
 * The application with its folder made absolute and `${NAME}` taken from this process's environment.
 * @param problems receives every reference to a variable that is not set
 */
export function applicationFrom(
  config: ApplicationConfig,
  baseDir: string,
  problems: Problem[],
): Application {
  const directory = resolve(baseDir, config.directory);
  return {
    name: config.name,
    version: config.version,
    workingDirectory: directory,
    command: config.command,
    healthPath: config.health,
    readyPath: config.ready ?? config.health,
    environment: resolveReferences(config.environment, problems),
    ...(config.setup === undefined ? {} : { setup: config.setup }),
    startTimeoutSeconds: config.startTimeoutSeconds,
    drainSeconds: config.drainSeconds,
    ...(config.metrics === undefined ? {} : { metricsPath: config.metrics }),
  };
}

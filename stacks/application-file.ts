import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import type { Application } from "../components/contracts";
import { ConfigError, type Problem } from "../core/errors";
import { problemsFromZod } from "../core/zod-problems";
import { applicationFrom, applicationSchema } from "./application-schema";

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

/** A perfbed.config.yaml holds the application under `application`; a file of its own holds nothing else. */
function applicationIn(raw: unknown): unknown {
  return typeof raw === "object" && raw !== null && "application" in raw ? raw.application : raw;
}

/** Reads an application's description. @throws ConfigError with everything wrong in it */
export function readApplicationFile(path: string): Application {
  const raw = applicationIn(readYaml(path));
  const parsed = applicationSchema.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigError(`Application file ${path}`, problemsFromZod(parsed.error, raw, applicationSchema));
  }
  const problems: Problem[] = [];
  const application = applicationFrom(parsed.data, dirname(path), problems);
  if (problems.length > 0) throw new ConfigError(`Application file ${path}`, problems);
  return application;
}

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "../../../core/errors";
import { environmentDir, perfbedHome } from "../../../core/home";
import { ENVIRONMENT_ID_PATTERN } from "../../../core/ids";

/**
 * Folder of an environment, for ids that cannot lead outside the environments folder.
 * @throws ConfigError for any other id, before a path is made of it.
 */
export function environmentPath(environmentId: string): string {
  if (!ENVIRONMENT_ID_PATTERN.test(environmentId)) {
    throw new ConfigError("environment id", [
      {
        field: "environmentId",
        value: environmentId,
        allowed: "3 to 24 characters: lower-case letters, digits and dashes, starting with a letter",
      },
    ]);
  }
  return environmentDir(environmentId);
}

/** perfbed's home without symbolic links, the form in which /proc shows paths. */
export function realHome(home: string = perfbedHome()): string {
  try {
    return realpathSync(home);
  } catch {
    return resolve(home);
  }
}

/** Folder of an environment the way /proc shows it. */
export function realEnvironmentPath(environmentId: string): string {
  environmentPath(environmentId);
  return environmentDir(environmentId, realHome());
}

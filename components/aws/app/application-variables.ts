import { isAbsolute, posix, relative } from "node:path";
import type { Application, EnvironmentIdentity } from "../../contracts";

/** Connections as the other tiers give them: URLs with references in place of passwords. */
export interface Connections {
  readonly databaseUrl: string;
  readonly databaseReplicaUrls: readonly string[];
  readonly databaseAdminUrl: string;
  readonly cacheUrl: string;
}

/** Where the bundle is unpacked. */
export const APPLICATION_FOLDER = "/opt/perfbed/app";

/**
 * Variables of one instance, without INSTANCE_ID (only the instance knows it) and without the application's own, which may hold secrets
 * and travel apart. These win over the application's.
 */
export function instanceVariables(
  environment: EnvironmentIdentity,
  application: Application,
  connections: Connections,
  port: number,
): Record<string, string> {
  return {
    PORT: String(port),
    HOST: "0.0.0.0",
    DATABASE_URL: connections.databaseUrl,
    DATABASE_REPLICA_URLS: connections.databaseReplicaUrls.join(","),
    REDIS_URL: connections.cacheUrl,
    APP_VERSION: application.version,
    PERFBED_ENVIRONMENT_ID: environment.id,
  };
}

/** What differs for the set-up: no pool, and no replica that may still be on its way up. */
export const setupVariables = (connections: Connections): Record<string, string> => ({
  DATABASE_ADMIN_URL: connections.databaseAdminUrl,
  DATABASE_URL: connections.databaseAdminUrl,
  DATABASE_REPLICA_URLS: connections.databaseAdminUrl,
});

/**
 * The command as an instance can run it. Paths inside the working folder are where the bundle is unpacked; a program from elsewhere on the
 * machine that provisions (`/home/me/.local/bin/node`) is looked up by its name.
 */
export function commandOnInstance(command: readonly string[], workingDirectory: string): string[] {
  return command.map((word, index) => {
    if (!isAbsolute(word)) return word;
    const path = relative(workingDirectory, word);
    const inside = path !== ".." && !path.startsWith("../") && !isAbsolute(path);
    if (inside) return posix.join(APPLICATION_FOLDER, path);
    return index === 0 ? posix.basename(word) : word;
  });
}

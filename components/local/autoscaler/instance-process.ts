import { withInstance } from "../../apm/variables";
import { ProbeKind, type ProcessSpec } from "../supervisor";
import type { AutoscalerSettings } from "./settings";

/**
 * How one instance is started. The application's own variables come on top of NODE_ENV, and perfbed's (PORT, DATABASE_URL …) on top
 * of those: an instance that ignored its port could not be balanced.
 */
export function instanceProcessSpec(settings: AutoscalerSettings, name: string, port: number): ProcessSpec {
  const { application, sizing } = settings;
  const [command, ...args] = application.command;
  if (command === undefined) throw new TypeError("an application has a command");
  return {
    environmentId: settings.environmentId,
    name,
    tier: "app",
    command,
    args,
    cwd: application.workingDirectory,
    env: {
      NODE_ENV: "production",
      ...withInstance(application.environment, name),
      PORT: String(port),
      HOST: "127.0.0.1",
      DATABASE_URL: settings.databaseUrl,
      DATABASE_REPLICA_URLS: settings.databaseReplicaUrls.join(","),
      REDIS_URL: settings.cacheUrl,
      APP_VERSION: application.version,
      INSTANCE_ID: name,
    },
    ...(settings.runAs === undefined ? {} : { runAs: settings.runAs }),
    limits: { cpu: sizing.cpu, memoryMiB: sizing.memoryMiB },
    ports: [port],
    ready: {
      kind: ProbeKind.Http,
      endpoint: `http://127.0.0.1:${port}${application.readyPath}`,
      timeoutMs: application.startTimeoutSeconds * 1000,
    },
    stop: { signal: "SIGTERM", graceMs: Math.max(1000, application.drainSeconds * 1000) },
  };
}

import { z } from "zod";
import { lifecycle } from "../provider/lifecycle";
import { serviceIdentity } from "../provider/service";
import { runOnce } from "../supervisor";
import { ProbeKind } from "../supervisor/types";
import { resolveReferences } from "./variables";

export const setupInputs = serviceIdentity.extend({
  databaseAdminUrl: z.string(),
  cacheUrl: z.string(),
  version: z.string(),
  workingDirectory: z.string(),
  command: z.array(z.string()).min(1),
  environment: z.record(z.string(), z.string()),
  timeoutSeconds: z.number(),
});
export type SetupInputs = z.infer<typeof setupInputs>;

async function runSetup(inputs: SetupInputs): Promise<{ completedAt: string }> {
  const [command = "", ...args] = inputs.command;
  await runOnce({
    environmentId: inputs.environmentId,
    name: inputs.service,
    tier: "app",
    command,
    args,
    cwd: inputs.workingDirectory,
    env: {
      NODE_ENV: "production",
      ...resolveReferences(inputs.environment, process.env),
      // Migrations and pools in transaction mode do not mix, and replicas may still be on their way up: all three are the primary itself.
      DATABASE_URL: inputs.databaseAdminUrl,
      DATABASE_REPLICA_URLS: inputs.databaseAdminUrl,
      DATABASE_ADMIN_URL: inputs.databaseAdminUrl,
      REDIS_URL: inputs.cacheUrl,
      APP_VERSION: inputs.version,
    },
    ports: [],
    ready: { kind: ProbeKind.Exit, timeoutMs: inputs.timeoutSeconds * 1_000 },
    stop: { signal: "SIGTERM", graceMs: 5_000 },
  });
  return { completedAt: new Date().toISOString() };
}

/**
 * The application's migration and seed. Runs to its end before the first instance starts, and again whenever one of its inputs changes: a
 * new version, another command, a new database.
 */
export const setupLifecycle = lifecycle({
  inputs: setupInputs,
  outputs: z.object({ completedAt: z.string() }),
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await runSetup(inputs),
  }),
  // What it has written lives and goes with the database.
  delete: async () => {},
});

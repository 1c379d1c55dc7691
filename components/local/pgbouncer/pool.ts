import { join } from "node:path";
import { z } from "zod";
import { APPLICATION_DATABASE, postgresUrl, ROLES } from "../postgres/roles";
import { createServiceFolder, serviceAccount, writeServiceFile } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import {
  type ServiceOutputs,
  serviceInputs,
  serviceOutputs,
  startService,
  stopService,
} from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { ProbeKind, type StopPolicy } from "../supervisor/types";
import { renderPgbouncerConfig, renderUserList } from "./config";

export const pgbouncerInputs = serviceInputs.extend({
  tool: localTool,
  serverPort: z.number(),
  poolSize: z.number(),
  maxClientConnections: z.number(),
  applicationPassword: z.string(),
  monitorPassword: z.string(),
});
export type PgbouncerInputs = z.infer<typeof pgbouncerInputs>;

/** At once before 1.23, after the last client has gone from 1.23 on: its clients are removed first either way. */
const PGBOUNCER_STOP: StopPolicy = { signal: "SIGTERM", graceMs: 3_000 };

async function createPool(inputs: PgbouncerInputs): Promise<ServiceOutputs> {
  const account = await serviceAccount();
  const { environmentId, service } = inputs;
  return startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      const configPath = join(folder, "pgbouncer.ini");
      const userListPath = join(folder, "users.txt");
      await createServiceFolder(folder, account);
      const tool = await reachableTool(environmentId, service, inputs.tool, account);
      const users = [
        { name: ROLES.application, password: inputs.applicationPassword },
        { name: ROLES.monitor, password: inputs.monitorPassword },
      ];
      await writeServiceFile(userListPath, renderUserList(users), account);
      await writeServiceFile(
        configPath,
        renderPgbouncerConfig({
          port,
          database: APPLICATION_DATABASE,
          serverPort: inputs.serverPort,
          poolSize: inputs.poolSize,
          maxClientConnections: inputs.maxClientConnections,
          userListPath,
          statsUser: ROLES.monitor,
        }),
        account,
      );
      return {
        environmentId,
        name: service,
        tier: "database",
        command: executableOf(tool, "pgbouncer"),
        args: [configPath],
        cwd: folder,
        env: {},
        ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
        limits: { cpu: inputs.cpu, memoryMiB: inputs.memoryMiB },
        ports: [port],
        // Through the pool to the server: both passwords and the route are proved.
        ready: {
          kind: ProbeKind.Postgres,
          endpoint: postgresUrl(ROLES.application, inputs.applicationPassword, port, APPLICATION_DATABASE),
          timeoutMs: 15_000,
        },
        stop: PGBOUNCER_STOP,
      };
    },
  });
}

/** Connection pool in front of one PostgreSQL server, ready when a query has passed through it. */
export const pgbouncerLifecycle = lifecycle({
  inputs: pgbouncerInputs,
  outputs: serviceOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createPool(inputs),
  }),
  delete: (state) => stopService(state, PGBOUNCER_STOP),
});

import { access, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import {
  createServiceFolder,
  type ServiceAccount,
  serviceAccount,
  writeServiceFile,
} from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import {
  type ServiceOutputs,
  serviceInputs,
  serviceOutputs,
  startService,
  stopService,
} from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { takeBaseBackup } from "./base-backup";
import { hasLibrary } from "./data-directory";
import { seedFolder } from "./primary";
import { ROLES } from "./roles";
import { asSuperuser, dataFolder, POSTGRES_STOP, serverSpec, writeServerConfig } from "./server";
import { postgresSettings } from "./sizing";

export const replicaInputs = serviceInputs.extend({
  tool: localTool,
  poolSize: z.number(),
  superuserPassword: z.string(),
  replicationPassword: z.string(),
  primaryPort: z.number(),
  primaryFolder: z.string(),
});
export type ReplicaInputs = z.infer<typeof replicaInputs>;

const STREAMING_TIMEOUT_MS = 30_000;
const POLL_MS = 25;

const position = z.tuple([z.object({ lsn: z.string() })]);
const progress = z.tuple([z.object({ reached: z.boolean().nullable(), status: z.string().nullable() })]);

/** The data directory the primary left for this replica, or a base backup of the running primary. */
async function prepareData(
  inputs: ReplicaInputs,
  folder: string,
  account: ServiceAccount | undefined,
  tool: z.infer<typeof localTool>,
): Promise<void> {
  const seed = seedFolder(inputs.environmentId, inputs.service);
  const seeded = await access(dataFolder(seed)).then(
    () => true,
    () => false,
  );
  await createServiceFolder(folder, account);
  if (seeded) {
    await rename(dataFolder(seed), dataFolder(folder));
    await rm(seed, { recursive: true, force: true });
    return;
  }
  await takeBaseBackup({ ...inputs, folder, account, tool });
}

/** Waits until the replica streams and has replayed everything the primary had written when the wait began. */
async function waitStreaming(port: number, inputs: ReplicaInputs): Promise<void> {
  const password = inputs.superuserPassword;
  const [{ lsn }] = await asSuperuser({ port: inputs.primaryPort, password }, async (client) =>
    position.parse((await client.query("SELECT pg_current_wal_lsn()::text AS lsn")).rows),
  );
  await asSuperuser({ port, password }, async (client) => {
    const deadline = performance.now() + STREAMING_TIMEOUT_MS;
    for (;;) {
      const answer = await client.query(
        `SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS reached,
                (SELECT status FROM pg_stat_wal_receiver) AS status`,
        [lsn],
      );
      const [{ reached, status }] = progress.parse(answer.rows);
      if (reached === true && status === "streaming") return;
      if (performance.now() > deadline) {
        throw new EnvironmentError(
          "PERFBED_REPLICA_NOT_STREAMING",
          `${inputs.service} does not stream from the primary after ${STREAMING_TIMEOUT_MS} ms (receiver: ${status ?? "none"})`,
          { hint: `See logs/${inputs.service}.log in the environment's folder.` },
        );
      }
      await sleep(POLL_MS);
    }
  });
}

async function createReplica(inputs: ReplicaInputs): Promise<ServiceOutputs> {
  const account = await serviceAccount();
  return startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      const tool = await reachableTool(inputs.environmentId, inputs.service, inputs.tool, account);
      await prepareData(inputs, folder, account, tool);
      const program = executableOf(tool, "postgres");
      await writeServerConfig(
        folder,
        {
          port,
          settings: postgresSettings(inputs),
          statementStatistics: await hasLibrary(program, "pg_stat_statements"),
          upstream: {
            port: inputs.primaryPort,
            user: ROLES.replication,
            password: inputs.replicationPassword,
            applicationName: inputs.service,
          },
        },
        account,
      );
      await writeServiceFile(join(dataFolder(folder), "standby.signal"), "", account);
      const { superuserPassword } = inputs;
      return serverSpec({ inputs, program, folder, port, account, superuserPassword });
    },
    verify: async ({ ports: [port = 0] }) => waitStreaming(port, inputs),
  });
}

/** Streaming read replica, ready when it streams and has caught up. */
export const replicaLifecycle = lifecycle({
  inputs: replicaInputs,
  outputs: serviceOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createReplica(inputs),
  }),
  delete: (state) => stopService(state, POSTGRES_STOP),
});

import { rm } from "node:fs/promises";
import { z } from "zod";
import { createServiceFolder, type ServiceAccount, serviceAccount, serviceFolder } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import {
  type ServiceOutputs,
  serviceInputs,
  serviceOutputs,
  startService,
  stopService,
} from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { copyDataDirectory, hasLibrary } from "./data-directory";
import { createDataDirectory } from "./initdb";
import { APPLICATION_DATABASE, roleStatements } from "./roles";
import { asSuperuser, dataFolder, POSTGRES_STOP, serverSpec, writeServerConfig } from "./server";
import { postgresSettings } from "./sizing";

export const primaryInputs = serviceInputs.extend({
  tool: localTool,
  poolSize: z.number(),
  superuserPassword: z.string(),
  applicationPassword: z.string(),
  replicationPassword: z.string(),
  monitorPassword: z.string(),
  /** Replicas that begin with this primary: each is given a copy of the data directory before the first start, the quickest base backup. */
  seededReplicas: z.array(z.string()),
});
export type PrimaryInputs = z.infer<typeof primaryInputs>;

/** Where a replica's first data directory waits for it. */
export const seedFolder = (environmentId: string, replica: string): string =>
  serviceFolder(environmentId, `${replica}-seed`);

/**
 * @param source a data directory that nothing writes to: the primary's before its first start, or the template it was copied from, which is
 * the same one a few write-ahead records earlier; the replica streams those like all others
 */
async function seedReplicas(
  inputs: PrimaryInputs,
  source: string,
  account: ServiceAccount | undefined,
): Promise<void> {
  await removeSeeds(inputs);
  await Promise.all(
    inputs.seededReplicas.map(async (replica) => {
      const seed = seedFolder(inputs.environmentId, replica);
      await createServiceFolder(seed, account);
      await copyDataDirectory(source, dataFolder(seed), { live: false, account });
    }),
  );
}

const removeSeeds = async (
  inputs: Pick<PrimaryInputs, "environmentId" | "seededReplicas">,
): Promise<void> => {
  for (const replica of inputs.seededReplicas) {
    await rm(seedFolder(inputs.environmentId, replica), { recursive: true, force: true });
  }
};

/** Roles, the application's database and statement statistics. */
async function setUpDatabase(
  port: number,
  inputs: PrimaryInputs,
  statementStatistics: boolean,
): Promise<void> {
  const password = inputs.superuserPassword;
  const statements = await roleStatements({
    superuser: inputs.superuserPassword,
    application: inputs.applicationPassword,
    replication: inputs.replicationPassword,
    monitor: inputs.monitorPassword,
  });
  await asSuperuser({ port, password }, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
  if (!statementStatistics) return;
  await asSuperuser({ port, password, database: APPLICATION_DATABASE }, async (client) => {
    await client.query("CREATE EXTENSION pg_stat_statements");
  });
}

async function createPrimary(inputs: PrimaryInputs): Promise<ServiceOutputs> {
  const { environmentId, service, superuserPassword } = inputs;
  const account = await serviceAccount();
  let seeding: Promise<void> = Promise.resolve();
  try {
    return await startService({
      inputs,
      portCount: 1,
      prepare: async ([port = 0], folder) => {
        // Of a former attempt, whose port was taken.
        await seeding.catch(() => undefined);
        const tool = await reachableTool(environmentId, service, inputs.tool, account);
        const program = executableOf(tool, "postgres");
        const template = await createDataDirectory({
          environmentId,
          service,
          tool,
          originalTool: inputs.tool,
          folder,
          account,
          superuserPassword,
        });
        // From a template the seeds are copied while the server starts.
        seeding = seedReplicas(inputs, template ?? dataFolder(folder), account);
        if (template === undefined) await seeding;
        else seeding.catch(() => undefined);
        const statementStatistics = await hasLibrary(program, "pg_stat_statements");
        await writeServerConfig(
          folder,
          { port, settings: postgresSettings(inputs), statementStatistics },
          account,
        );
        return serverSpec({ inputs, program, folder, port, account, superuserPassword });
      },
      verify: async ({ ports: [port = 0] }) => {
        const statementStatistics = await hasLibrary(
          executableOf(inputs.tool, "postgres"),
          "pg_stat_statements",
        );
        await setUpDatabase(port, inputs, statementStatistics);
        await seeding;
      },
    });
  } catch (error) {
    await seeding.catch(() => undefined);
    await removeSeeds(inputs);
    throw error;
  }
}

/** PostgreSQL primary with its roles, ready to be written to. */
export const primaryLifecycle = lifecycle({
  inputs: primaryInputs,
  outputs: serviceOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createPrimary(inputs),
  }),
  // A replica that comes or goes later is no change of the primary: it makes its own base backup.
  ignores: (key) => key === "seededReplicas",
  delete: async (state) => {
    await stopService(state, POSTGRES_STOP);
    await removeSeeds(state);
  },
});

import { join } from "node:path";
import { z } from "zod";
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
import { redisUrl, renderRedisConfig } from "./config";

export const redisInputs = serviceInputs.extend({ tool: localTool, password: z.string() });
export type RedisInputs = z.infer<typeof redisInputs>;

const REDIS_STOP: StopPolicy = { signal: "SIGTERM", graceMs: 5_000 };

async function createRedis(inputs: RedisInputs): Promise<ServiceOutputs> {
  const account = await serviceAccount();
  const { environmentId, service, password, memoryMiB } = inputs;
  return startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      const configPath = join(folder, "redis.conf");
      await createServiceFolder(folder, account);
      const tool = await reachableTool(environmentId, service, inputs.tool, account);
      await writeServiceFile(configPath, renderRedisConfig({ port, password, memoryMiB, folder }), account);
      return {
        environmentId,
        name: service,
        tier: "cache",
        command: executableOf(tool, "redis-server"),
        args: [configPath],
        cwd: folder,
        env: {},
        ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
        limits: { cpu: inputs.cpu, memoryMiB },
        ports: [port],
        ready: { kind: ProbeKind.Redis, endpoint: redisUrl(password, port), timeoutMs: 15_000 },
        stop: REDIS_STOP,
      };
    },
  });
}

/** Redis or Valkey as a cache, ready when it answers PING to the password. */
export const redisLifecycle = lifecycle({
  inputs: redisInputs,
  outputs: serviceOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createRedis(inputs),
  }),
  delete: (state) => stopService(state, REDIS_STOP),
});

import { join } from "node:path";
import { z } from "zod";
import { renderHaproxyConfig } from "../haproxy";
import { createServiceFolder, serviceAccount, writeServiceFile } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import { serviceIdentity, serviceOutputs, startService, stopService } from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { ProbeKind, type StopPolicy } from "../supervisor/types";

export const loadBalancerInputs = serviceIdentity.extend({
  tool: localTool,
  readyPath: z.string(),
  drainSeconds: z.number(),
});
export type LoadBalancerInputs = z.infer<typeof loadBalancerInputs>;

export const loadBalancerOutputs = serviceOutputs.extend({
  url: z.string(),
  /** HAProxy's runtime API. */
  socketPath: z.string(),
});

/** At once: whoever still waits for an answer is being removed as well. */
const HAPROXY_STOP: StopPolicy = { signal: "SIGTERM", graceMs: 3_000 };

async function createLoadBalancer(inputs: LoadBalancerInputs): Promise<z.infer<typeof loadBalancerOutputs>> {
  const account = await serviceAccount();
  const { environmentId, service } = inputs;
  const socketOf = (folder: string): string => join(folder, "api.sock");
  const outputs = await startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      const configPath = join(folder, "haproxy.cfg");
      await createServiceFolder(folder, account);
      const tool = await reachableTool(environmentId, service, inputs.tool, account);
      const config = renderHaproxyConfig({
        listenPort: port,
        statsSocketPath: socketOf(folder),
        readyPath: inputs.readyPath,
        drainSeconds: Math.ceil(inputs.drainSeconds),
        // A request that an instance failed to answer is what a performance test is there to see.
        retrySafeRequests: false,
      });
      await writeServiceFile(configPath, config, account);
      return {
        environmentId,
        name: service,
        tier: "app",
        command: executableOf(tool, "haproxy"),
        args: ["-db", "-f", configPath],
        cwd: folder,
        env: {},
        ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
        ports: [port],
        ready: { kind: ProbeKind.Tcp, endpoint: `127.0.0.1:${port}`, timeoutMs: 15_000 },
        stop: HAPROXY_STOP,
      };
    },
  });
  return {
    ...outputs,
    url: `http://127.0.0.1:${outputs.port}`,
    socketPath: socketOf(outputs.folder),
  };
}

/** HAProxy in front of the app's instances; it has none until the autoscaling group adds them. */
export const loadBalancerLifecycle = lifecycle({
  inputs: loadBalancerInputs,
  outputs: loadBalancerOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createLoadBalancer(inputs),
  }),
  delete: (state) => stopService(state, HAPROXY_STOP),
});

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { createServiceFolder, serviceAccount, writeServiceFile } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import { serviceInputs, serviceOutputs, startService, stopService } from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { ProbeKind, type StopPolicy } from "../supervisor/types";
import { EDGE_HEALTH_PATH, renderVcl } from "./vcl";

export const varnishInputs = serviceInputs.extend({
  tool: localTool,
  originUrl: z.string(),
  originHealthPath: z.string(),
  defaultTtlSeconds: z.number(),
  graceSeconds: z.number(),
});
export type VarnishInputs = z.infer<typeof varnishInputs>;

export const varnishOutputs = serviceOutputs.extend({
  /** Working folder: `varnishstat -n`, `varnishadm -n`. */
  workingFolder: z.string(),
});

const VARNISH_STOP: StopPolicy = { signal: "SIGTERM", graceMs: 5_000 };

/** What Varnish needs beside its object storage: threads, workspaces, its log in shared memory. */
const OVERHEAD_MIB = 256;

async function createVarnish(inputs: VarnishInputs): Promise<z.infer<typeof varnishOutputs>> {
  const account = await serviceAccount();
  const { environmentId, service } = inputs;
  const origin = new URL(inputs.originUrl);
  const workingFolderOf = (folder: string): string => join(folder, "work");
  const outputs = await startService({
    inputs,
    portCount: 2,
    prepare: async ([port = 0, adminPort = 0], folder) => {
      const vclPath = join(folder, "edge.vcl");
      const secretPath = join(folder, "admin-secret");
      await createServiceFolder(folder, account);
      const tool = await reachableTool(environmentId, service, inputs.tool, account);
      const vcl = renderVcl({
        originHost: origin.hostname,
        originPort: Number(origin.port || 80),
        healthPath: inputs.originHealthPath,
      });
      await writeServiceFile(vclPath, vcl, account);
      await writeServiceFile(secretPath, randomBytes(32).toString("hex"), account);
      return {
        environmentId,
        name: service,
        tier: "edge",
        command: executableOf(tool, "varnishd"),
        args: [
          "-F",
          // Its own jail would need accounts of its own; it runs without rights already.
          ...["-j", "none"],
          ...["-n", workingFolderOf(folder)],
          ...["-a", `127.0.0.1:${port}`],
          ...["-T", `127.0.0.1:${adminPort}`],
          ...["-S", secretPath],
          ...["-f", vclPath],
          ...["-s", `malloc,${inputs.memoryMiB}m`],
          ...["-t", String(inputs.defaultTtlSeconds)],
          ...["-p", `default_grace=${inputs.graceSeconds}`],
          // Only counters are read: a small log ring spares the disk.
          ...["-p", "vsl_space=16m"],
        ],
        cwd: folder,
        env: {},
        ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
        limits: { cpu: inputs.cpu, memoryMiB: inputs.memoryMiB + OVERHEAD_MIB },
        ports: [port, adminPort],
        ready: {
          kind: ProbeKind.Http,
          endpoint: `http://127.0.0.1:${port}${EDGE_HEALTH_PATH}`,
          timeoutMs: 30_000,
        },
        stop: VARNISH_STOP,
      };
    },
  });
  return { ...outputs, workingFolder: workingFolderOf(outputs.folder) };
}

/** Varnish as the CDN edge, ready when it answers by itself; see readiness.ts for the way to the origin. */
export const varnishLifecycle = lifecycle({
  inputs: varnishInputs,
  outputs: varnishOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createVarnish(inputs),
  }),
  delete: (state) => stopService(state, VARNISH_STOP),
});

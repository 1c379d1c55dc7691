import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { z } from "zod";
import { releasePorts, reservePorts, startProcess, stopProcess } from "../supervisor";
import type { ProcessRecord, ProcessSpec, StopPolicy } from "../supervisor/types";
import { serviceFolder } from "./account";

/** Inputs of every resource that is a process. */
export const serviceIdentity = z.object({
  environmentId: z.string(),
  home: z.string(),
  /** Unique within the environment: names the folder, the log and the ledger entry. */
  service: z.string(),
});

/** Inputs of a process whose CPU (cores) and memory a sizing names. */
export const serviceInputs = serviceIdentity.extend({ cpu: z.number(), memoryMiB: z.number() });
export type ServiceInputs = z.infer<typeof serviceInputs>;

/** What is known of a running service. */
export const serviceOutputs = z.object({
  port: z.number(),
  /** Every reserved port, `port` first. */
  ports: z.array(z.number()),
  pid: z.number(),
  startTicks: z.number(),
  folder: z.string(),
});
export type ServiceOutputs = z.infer<typeof serviceOutputs>;

export interface ServicePlan {
  readonly inputs: Pick<ServiceInputs, "environmentId" | "service">;
  readonly portCount: number;
  /** Writes the service's files into `folder` and says how to start it. Called again with other ports if one was taken meanwhile. */
  prepare(ports: readonly number[], folder: string): Promise<ProcessSpec>;
  /** A further check, beyond the readiness probe, before the service counts as started. */
  verify?(record: ProcessRecord): Promise<void>;
}

const START_ATTEMPTS = 3;

/** True if somebody listens on the loopback port. Asks the kernel, not a log. */
function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(true) : reject(error),
    );
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/**
 * Starts a service on reserved ports. A port that a process outside perfbed has taken between reservation and start is replaced, three
 * attempts at most. A failed start leaves no process, no reservation and no folder.
 */
export async function startService(plan: ServicePlan): Promise<ServiceOutputs> {
  const { environmentId, service } = plan.inputs;
  const folder = serviceFolder(environmentId, service);
  for (let attempt = 1; ; attempt += 1) {
    const ports = await reservePorts(environmentId, plan.portCount);
    const port = ports[0];
    if (port === undefined) throw new RangeError("a service has at least one port");
    let record: ProcessRecord | undefined;
    try {
      const spec = await plan.prepare(ports, folder);
      record = await startProcess(spec);
      await plan.verify?.(record);
      return { port, ports, pid: record.pid, startTicks: record.startTicks, folder };
    } catch (error) {
      if (record !== undefined) await stopProcess(record);
      const taken = (await Promise.all(ports.map(isPortTaken))).includes(true);
      await rm(folder, { recursive: true, force: true });
      await releasePorts(environmentId, ports);
      if (!taken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** Stops a service and removes what it left. Does nothing if it is gone already. */
export async function stopService(
  state: Pick<ServiceInputs, "environmentId"> & ServiceOutputs,
  stop: StopPolicy,
): Promise<void> {
  const { environmentId, pid, startTicks } = state;
  await stopProcess({ environmentId, pid, startTicks, stop });
  await rm(state.folder, { recursive: true, force: true });
  await releasePorts(environmentId, state.ports);
}

import { z } from "zod";

/** Name of the app tier's autoscaler among an environment's processes. */
export const AUTOSCALER_SERVICE = "autoscaler";

const groupState = z.object({
  minInstances: z.number(),
  maxInstances: z.number(),
  desired: z.number(),
  inService: z.number(),
  ready: z.boolean(),
  refreshes: z.number(),
  refreshFailure: z.string().nullable(),
  instances: z.array(z.object({ state: z.string() })),
});

/** What the autoscaler at this loopback port says of its group. */
export async function readGroupState(port: number): Promise<z.infer<typeof groupState>> {
  const response = await fetch(`http://127.0.0.1:${port}/state`, { signal: AbortSignal.timeout(5_000) });
  return groupState.parse(await response.json());
}

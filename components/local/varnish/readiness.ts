import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import { lifecycle } from "../provider/lifecycle";

const TIMEOUT_MS = 20_000;
const POLL_MS = 50;

async function statusOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Waits until a request has come through edge, balancer and app with 200. */
async function waitServing(url: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const status = await statusOf(url);
    if (status === "200") return;
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        "PERFBED_EDGE_NOT_SERVING",
        `The edge does not pass ${new URL(url).pathname} on with 200 within ${TIMEOUT_MS} ms (last answer: ${status})`,
        { hint: "See logs/edge.log and logs/app-balancer.log in the environment's folder." },
      );
    }
    await sleep(POLL_MS);
  }
}

const edgeReadinessInputs = z.object({
  environmentId: z.string(),
  home: z.string(),
  url: z.string(),
  healthPath: z.string(),
  originInService: z.number(),
});
export type EdgeReadinessInputs = z.infer<typeof edgeReadinessInputs>;

/** Nothing of its own: the proof that users' way in is open, made once the origin serves. */
export const edgeReadinessLifecycle = lifecycle({
  inputs: edgeReadinessInputs,
  outputs: z.object({ readyUrl: z.string() }),
  create: async (inputs) => {
    await waitServing(new URL(inputs.healthPath, inputs.url).href);
    return { id: `${inputs.environmentId}/edge-readiness`, outputs: { readyUrl: inputs.url } };
  },
  // How many instances happened to be in service is no property of the edge.
  ignores: (key) => key === "originInService",
  delete: async () => {},
});

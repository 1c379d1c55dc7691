import { existsSync } from "node:fs";
import { z } from "zod";
import { EnvironmentError } from "../../../core/errors";
import { environmentDir } from "../../../core/home";
import { lifecycle } from "../provider/lifecycle";
import { extendExpiry, prepareEnvironment, sweepEnvironment } from "../supervisor";

export const environmentInputs = z.object({
  environmentId: z.string(),
  home: z.string(),
  owner: z.string(),
  expiresAt: z.string(),
  tags: z.record(z.string(), z.string()),
  /**
   * The caller has prepared the folder, keeps the engine's state in it, and sweeps it after the engine is done (campaigns). Otherwise this
   * resource makes the folder and sweeps it itself (plain `pulumi up`).
   */
  prepared: z.boolean(),
});
export type EnvironmentInputs = z.infer<typeof environmentInputs>;

export const environmentOutputs = z.object({
  folder: z.string(),
  /** When this expiry was set; with it, the length of the lease. */
  leasedAt: z.string(),
});

/** Two leases count as equally long within this tolerance: `pulumi up` with an unchanged length is no change. */
const LEASE_TOLERANCE_MS = 5 * 60_000;

/** True if the new expiry asks for another length of lease, not merely for the same length counted from now. */
export function leaseChanged(
  old: { readonly expiresAt: string; readonly leasedAt: string },
  expiresAt: string,
  now: Date,
): boolean {
  if (old.expiresAt === expiresAt) return false;
  const oldLength = Date.parse(old.expiresAt) - Date.parse(old.leasedAt);
  const newLength = Date.parse(expiresAt) - now.getTime();
  return Math.abs(newLength - oldLength) > LEASE_TOLERANCE_MS;
}

async function createEnvironment(inputs: EnvironmentInputs): Promise<z.infer<typeof environmentOutputs>> {
  const { environmentId, owner, expiresAt } = inputs;
  const folder = environmentDir(environmentId);
  const outputs = { folder, leasedAt: new Date().toISOString() };
  if (inputs.prepared) {
    if (existsSync(folder)) return outputs;
    throw new EnvironmentError(
      "PERFBED_ENVIRONMENT_UNKNOWN",
      `Environment ${environmentId} was not prepared`,
    );
  }
  if (existsSync(folder)) {
    throw new EnvironmentError(
      "PERFBED_ENVIRONMENT_EXISTS",
      `Environment ${environmentId} stands already, made by another stack or left by an interrupted run`,
      { hint: `\`perfbed sweep ${environmentId}\` removes it; or choose another environmentId.` },
    );
  }
  try {
    await prepareEnvironment({ environmentId, owner, expiresAt, watchdog: true });
  } catch (error) {
    await sweepEnvironment(environmentId);
    throw error;
  }
  return outputs;
}

async function removeEnvironment(state: EnvironmentInputs): Promise<void> {
  if (state.prepared) return;
  const { proved, checks } = await sweepEnvironment(state.environmentId);
  if (proved) return;
  const left = checks.filter(({ found }) => found > 0).map(({ what, detail }) => `${what}: ${detail}`);
  throw new EnvironmentError(
    "PERFBED_TEARDOWN_NOT_PROVED",
    `Environment ${state.environmentId} is not gone: ${left.join("; ")}`,
    { hint: `\`perfbed sweep ${state.environmentId}\` tries again.` },
  );
}

/** The folder of an environment with its ledger and its watchdog: made first, removed last. */
export const environmentLifecycle = lifecycle({
  inputs: environmentInputs,
  outputs: environmentOutputs,
  create: async (inputs) => ({ id: inputs.environmentId, outputs: await createEnvironment(inputs) }),
  updatable: ["expiresAt", "tags"],
  ignores: (key, olds, news) => key === "expiresAt" && !leaseChanged(olds, news.expiresAt, new Date()),
  update: async (olds, news) => {
    if (olds.expiresAt === news.expiresAt) return { folder: olds.folder, leasedAt: olds.leasedAt };
    await extendExpiry(news.environmentId, news.expiresAt);
    return { folder: olds.folder, leasedAt: new Date().toISOString() };
  },
  delete: removeEnvironment,
});

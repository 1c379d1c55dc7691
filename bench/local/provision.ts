import { join } from "node:path";
import { localSizings } from "../../components/local";
import { newEnvironmentId } from "../../core/ids";
import { storefront } from "../../sample/storefront/application";
import type { ResolvedTool, Tool } from "../../toolchain";
import type { Cleanup } from "./cleanup";
import { type PerfbedCommand, perfbedDestroy, perfbedUp } from "./perfbed-environment";
import { PlainEnvironment, type PlainUp } from "./plain-environment";
import { orderOfRound } from "./statistics";

export interface ProvisionRound {
  readonly perfbed: { readonly up: PerfbedCommand; readonly destroy: PerfbedCommand };
  readonly plain: { readonly up: PlainUp; readonly downMs: number };
}

export interface ProvisionOptions {
  readonly rounds: number;
  /** A folder of the benchmark's own that the service account can pass through. */
  readonly folder: string;
  readonly tools: ReadonlyMap<Tool, ResolvedTool>;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Brings the same environment up and down with perfbed and with the plain script, in alternating order. */
export async function runProvisionBench(options: ProvisionOptions): Promise<readonly ProvisionRound[]> {
  const rounds: ProvisionRound[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    let perfbed: ProvisionRound["perfbed"] | undefined;
    let plain: ProvisionRound["plain"] | undefined;
    for (const variant of orderOfRound(["perfbed", "script"] as const, round)) {
      options.signal.throwIfAborted();
      if (variant === "perfbed") perfbed = await perfbedRound(options);
      else plain = await plainRound(options, round);
    }
    if (perfbed === undefined || plain === undefined) throw new Error("a round has both variants");
    rounds.push({ perfbed, plain });
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    options.say(
      `round ${round + 1} of ${options.rounds}: up ${seconds(perfbed.up.durationMs)} s, script ${seconds(plain.up.durationMs)} s; ` +
        `down ${seconds(perfbed.destroy.durationMs)} s, script ${seconds(plain.downMs)} s`,
    );
  }
  return rounds;
}

async function perfbedRound({ folder, signal }: ProvisionOptions): Promise<ProvisionRound["perfbed"]> {
  const environment = { environmentId: newEnvironmentId(), cwd: folder, signal };
  // What a failed or interrupted round leaves is swept with everything else under the benchmark's PERFBED_HOME.
  const up = await perfbedUp(environment);
  return { up, destroy: await perfbedDestroy(environment) };
}

async function plainRound(options: ProvisionOptions, round: number): Promise<ProvisionRound["plain"]> {
  const sizing = localSizings.small;
  if (sizing === undefined) throw new Error("no sizing is called small");
  const plain = await PlainEnvironment.prepare({
    folder: join(options.folder, `plain-${round + 1}`),
    application: storefront(),
    sizing,
    tools: options.tools,
  });
  const done = options.cleanup.add(() => plain.down());
  const up = await plain.up(options.signal);
  const downMs = await plain.down();
  done();
  return { up, downMs };
}

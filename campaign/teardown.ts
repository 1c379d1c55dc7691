import type { TeardownProof } from "../report/model";
import type { EngineStack } from "./engine";
import type { CampaignObserver } from "./observer";
import { timed } from "./phase";
import type { CampaignTarget } from "./targets";

/** What the last line of a campaign says. */
export function teardownText(proof: TeardownProof): string {
  if (proof.proved) {
    return `Nothing is left: ${proof.checked.map((check) => `${check.found} ${check.what}`).join(", ")}.`;
  }
  const left = proof.checked
    .filter((check) => check.found > 0)
    .map((check) => `  ${check.found} ${check.what}: ${check.detail}`);
  return [
    "NOT everything could be removed:",
    ...left,
    proof.advice ?? "Run perfbed sweep, and see docs/local-target.md.",
  ].join("\n");
}

async function withDeadline<T>(promise: Promise<T>, deadlineMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${what} took more than ${deadlineMs / 1000} s`)),
          deadlineMs,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a teardown asks of a target. */
type TeardownTarget = Pick<CampaignTarget, "beforeDestroy" | "destroyDeadlineMs" | "proveText" | "sweep">;

/**
 * Destroys through Pulumi, sweeps what Pulumi did not remove, and proves from the world that nothing is left. Without a stack
 * (a failed or interrupted provision, or a target that sweeps after failures) the sweep does all of it. Never throws because something is left: the proof says so.
 */
export async function tearDown(
  environmentId: string,
  target: TeardownTarget,
  stack: EngineStack | undefined,
  observer: CampaignObserver,
): Promise<TeardownProof> {
  if (stack !== undefined) {
    await timed(observer, "destroy", "asking Pulumi to destroy the stack", async () => {
      try {
        await target.beforeDestroy?.(environmentId, observer);
      } catch (error) {
        observer.note(`What Pulumi does not know of is left to the sweep (${reasonOf(error)})`);
      }
      try {
        await withDeadline(stack.destroy(), target.destroyDeadlineMs, "pulumi destroy");
        return "everything that Pulumi made is destroyed";
      } catch (error) {
        observer.note(
          `pulumi destroy did not finish (${reasonOf(error)}); the sweep ends the rest by identity`,
        );
        return "handed to the sweep";
      }
    });
  }
  return timed(
    observer,
    "prove",
    target.proveText,
    () => target.sweep(environmentId),
    (proof) => (proof.proved ? "nothing is left" : "something is left"),
  );
}

const firstLine = (text: string): string => text.split("\n").find((line) => line.trim() !== "") ?? "";

const reasonOf = (error: unknown): string =>
  error instanceof Error ? firstLine(error.message) : String(error);

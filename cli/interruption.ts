import type { CliContext } from "./context";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs an action whose signal is aborted by Ctrl-C (or SIGTERM, SIGHUP). The action itself tears down; further signals are
 * answered with words, because leaving half-way is what nobody wants.
 */
export async function withInterruption<T>(
  context: CliContext,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      context.terminal.err(
        "Still tearing down. If it must end now, kill this process: `perfbed sweep` removes what is left.",
      );
      return;
    }
    context.terminal.err(`\n${name === "SIGINT" ? "Interrupted" : name}: tearing the environment down…`);
    controller.abort(new Error(name));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await action(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

import { type CampaignObserver, silentObserver } from "../campaign/observer";
import type { CliContext } from "./context";
import { terminalObserver } from "./progress";

/** Draws on the terminal, or stays silent when one JSON document is all that is wanted. */
export function observerFor(context: CliContext): CampaignObserver & { close(): void } {
  return context.json ? { ...silentObserver, close: () => {} } : terminalObserver(context.terminal);
}

import { type EnvironmentAccess, TelemetryKind } from "../../components/contracts";
import { readEventLines } from "../../storage/event-lines";
import type { EnvironmentEvent } from "../../storage/schema";

/** Everything the environment has reported so far, in time order: read it before the environment is destroyed. */
export async function readEnvironmentEvents(
  access: Pick<EnvironmentAccess, "telemetry">,
): Promise<EnvironmentEvent[]> {
  const files = access.telemetry.filter(({ kind }) => kind === TelemetryKind.Autoscaler);
  const events = await Promise.all(files.map(({ endpoint }) => readEventLines(endpoint)));
  return events.flat().sort((a, b) => (a.atUs < b.atUs ? -1 : a.atUs > b.atUs ? 1 : 0));
}

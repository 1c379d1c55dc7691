import { createServer, type Server } from "node:http";
import { EnvironmentError } from "../../../core/errors";

export interface AutoscalerStatus {
  readonly ready: boolean;
  readonly desired: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly inService: number;
  /** Instance refreshes asked for so far that have ended, whatever became of them. */
  readonly refreshes: number;
  /** Why the last one failed; null when it did not. */
  readonly refreshFailure: string | null;
  /** Rows of events.jsonl and metrics.jsonl that could not be written; more than 0 means that the record has holes. */
  readonly lostRows: number;
  readonly instances: readonly {
    readonly name: string;
    readonly state: string;
    readonly port: number | null;
    readonly pid: number | null;
    /** ISO 8601 in UTC. */
    readonly launchedAt: string;
    readonly inServiceAt: string | null;
  }[];
}

/**
 * `GET /ready`: 200 while at least the minimum of instances is in service, else 503. `GET /state`: what there is, as JSON.
 * Loopback only.
 * @throws EnvironmentError PERFBED_PORT_TAKEN
 */
export function startStatusServer(port: number, status: () => AutoscalerStatus): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const isKnown = pathname === "/ready" || pathname === "/state";
    const now = status();
    const code = !isKnown ? 404 : pathname === "/ready" && !now.ready ? 503 : 200;
    const body = !isKnown ? { error: "not found" } : pathname === "/ready" ? { ready: now.ready } : now;
    response.writeHead(code, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new EnvironmentError(
          "PERFBED_PORT_TAKEN",
          `port ${port} of the autoscaler's status cannot be opened`,
          {
            cause,
            hint: "Another program took it; provision again.",
          },
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

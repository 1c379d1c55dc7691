import { get } from "node:http";

/** Milliseconds until an unanswered health check has failed; as long as an Application Load Balancer's default. */
const CHECK_TIMEOUT_MS = 5000;

/** Asks an instance whether it can serve: true for a status from 200 to 399, as HAProxy's own check. */
export function isHealthy(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      { host: "127.0.0.1", port, path, agent: false, timeout: CHECK_TIMEOUT_MS },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 400);
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
    request.once("close", () => resolve(false));
  });
}

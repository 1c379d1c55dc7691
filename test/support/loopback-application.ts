import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoopbackApplication {
  readonly url: string;
  /** Requests served so far. */
  requests(): number;
  /** Answers with 500 from now on. */
  fail(): void;
  stop(): Promise<void>;
}

/** The smallest thing that can be loaded: answers every path at once. */
export async function startLoopbackApplication(): Promise<LoopbackApplication> {
  let requests = 0;
  let failing = false;
  const server = createServer((_, answer) => {
    requests += 1;
    answer.writeHead(failing ? 500 : 200, { "content-type": "application/json" }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    fail: () => {
      failing = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** For servers of tests that stand in front of an emulated AWS: they answer some calls themselves and pass on the rest. */

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves on a free loopback port. What `serve` throws is answered with 502. */
export async function serveOnLoopback(
  serve: (incoming: IncomingMessage, answer: ServerResponse) => Promise<void>,
): Promise<LoopbackServer> {
  const server = createServer((incoming, answer) => {
    serve(incoming, answer).catch((error: unknown) => {
      if (!answer.headersSent) answer.writeHead(502);
      answer.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Passes a request on as it is. Its body is as long as the buffer, however it came. */
export function forward(baseUrl: string, incoming: IncomingMessage, body: Buffer): Promise<Received> {
  const { "transfer-encoding": _, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const onward = request(
      new URL(incoming.url ?? "/", baseUrl),
      { method: incoming.method, headers: { ...headers, "content-length": body.length } },
      (response) => {
        const { statusCode: status = 502, headers } = response;
        bodyOf(response).then((received) => resolve({ status, headers, body: received }), reject);
      },
    );
    onward.on("error", reject);
    onward.end(body);
  });
}

/** Answers with what was received, or with another body. */
export function passBack(answer: ServerResponse, { status, headers, body }: Received): void {
  const { "content-length": _, "transfer-encoding": __, ...others } = headers;
  // The answer to HEAD has the length of what GET would bring.
  const length = body.length === 0 ? (headers["content-length"] ?? 0) : body.length;
  answer.writeHead(status, { ...others, "content-length": length }).end(body);
}

/** An answer of the services that speak JSON. */
export function answerJson(answer: ServerResponse, body: object, status = 200): void {
  answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}

/** `RunTask`, for a call of the service with that prefix in the header of its target; otherwise undefined. */
export function targetAction(incoming: IncomingMessage, prefix: string): string | undefined {
  const target = incoming.headers["x-amz-target"];
  return typeof target === "string" && target.startsWith(`${prefix}.`)
    ? target.slice(prefix.length + 1)
    : undefined;
}

import { createConnection } from "node:net";
import { HaproxyError, HaproxyErrorCode } from "./errors";

const isUnreachable = (error: Error): boolean =>
  "code" in error && (error.code === "ENOENT" || error.code === "ECONNREFUSED" || error.code === "ENOTSOCK");

/** A runtime command is one line; a line break or semicolon inside an argument would be a second command. */
const COMMAND = /^[^\n\r\0]+$/;

/**
 * Sends one line to HAProxy's runtime API and returns the whole answer. HAProxy closes the connection after it.
 * @throws HaproxyError: unreachable, or timeout.
 */
export function sendCommand(socketPath: string, command: string, timeoutMs: number): Promise<string> {
  if (!COMMAND.test(command)) throw new TypeError("a runtime command is one line");
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = createConnection(socketPath);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new HaproxyError(
          HaproxyErrorCode.Timeout,
          `HAProxy gave no complete answer on ${socketPath} within ${timeoutMs} ms`,
          { hint: "The machine may be overloaded, or HAProxy is stuck; see its log." },
        ),
      );
    }, timeoutMs);
    socket.once("connect", () => socket.write(`${command}\n`));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("error", (cause) => {
      clearTimeout(timer);
      socket.destroy();
      reject(
        new HaproxyError(
          HaproxyErrorCode.Unreachable,
          isUnreachable(cause)
            ? `no HAProxy listens on ${socketPath}`
            : `the connection to HAProxy on ${socketPath} broke: ${cause.message}`,
          { cause, hint: "Its log says why it stopped." },
        ),
      );
    });
    socket.once("end", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
  });
}

/** Beside a script with WebSocket steps. */
export const K6_SOCKET_HELPER_FILE = "perfbed-k6-websocket.js";

export const K6_SOCKET_HELPER_SOURCE = `// Helper of k6 scripts that perfbed renders: one WebSocket connection with its exchanges.
import { setTimeout, clearTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";
import { now, recordExchange } from "./perfbed-k6.js";

// Opens the connection, sends each message and waits for its answer, closes. One row for opening it and one for each exchange.
// Resolves to false as soon as something is missing; nothing is sent after that.
export function overSocket(step, url, { headers = {}, timeoutSeconds = 10 }, exchanges) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"), null, { headers });
    let at = -1; // -1 while it opens
    let started = now();
    let timer;
    let over = false;
    const name = () => (at < 0 ? \`\${step}-open\` : step);
    const wait = () => {
      clearTimeout(timer);
      started = now();
      timer = setTimeout(() => end("timeout"), timeoutSeconds * 1000);
    };
    // The end, with a row for what was under way.
    const end = (error) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (error !== undefined) recordExchange(name(), started, 0, error);
      socket.close();
      resolve(error === undefined);
    };
    const next = () => {
      at++;
      if (at === exchanges.length) {
        end();
        return;
      }
      wait();
      socket.send(exchanges[at].send);
    };
    wait();
    socket.addEventListener("open", () => {
      recordExchange(name(), started, 101);
      next();
    });
    socket.addEventListener("message", ({ data }) => {
      if (over || at < 0) return;
      const { until } = exchanges[at];
      if (until !== undefined && !String(data).includes(until)) return;
      recordExchange(step, started, 101);
      next();
    });
    socket.addEventListener("error", () => end("no-response"));
    socket.addEventListener("close", () => end("connection-reset"));
  });
}
`;

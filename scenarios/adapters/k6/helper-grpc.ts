/** Beside a script with gRPC steps. */
export const K6_GRPC_HELPER_FILE = "perfbed-k6-grpc.js";

export const K6_GRPC_HELPER_SOURCE = `// Helper of k6 scripts that perfbed renders: unary gRPC calls over a connection that the virtual user keeps.
import grpc from "k6/net/grpc";
import { now, recordExchange } from "./perfbed-k6.js";

const connected = new Map();

// One call. The answer's message; undefined for any status but OK (0), or where no connection can be made.
export function call(client, address, step, method, message, { metadata = {}, timeoutSeconds = 10 } = {}) {
  const timeout = \`\${timeoutSeconds * 1000}ms\`;
  let started = now();
  try {
    if (connected.get(client) !== address) {
      const { host, plaintext } = { host: address.replace(/^grpcs?:\\/\\//, ""), plaintext: !address.startsWith("grpcs:") };
      client.connect(host, { plaintext, timeout });
      connected.set(client, address);
      // Connecting is no part of a call, as with HTTP.
      started = now();
    }
    const response = client.invoke(method, JSON.parse(message), { metadata, timeout });
    const good = response.status === grpc.StatusOK;
    recordExchange(step, started, good ? 200 : 0, good ? undefined : \`grpc-\${Number(response.status)}\`);
    return good ? response.message : undefined;
  } catch (error) {
    connected.delete(client);
    recordExchange(step, started, 0, "connection-refused");
    return undefined;
  }
}

// Value at a path of an answer (items.0.id, items.*.id); undefined where there is none.
export function fromMessage(message, path, which = "first", visit = undefined) {
  let values = [message];
  for (const part of path.split(".")) {
    values = values.flatMap((value) => {
      if (value === undefined || value === null) return [];
      return part === "*" ? value : [value[part]];
    });
  }
  const found = values.filter((value) => value !== undefined && value !== null);
  if (which === "random") return found[Math.floor(visit.random() * found.length)];
  return which === "last" ? found[found.length - 1] : found[0];
}
`;

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProbeKind, reservePorts, startProcess } from "../../components/local/supervisor";
import { environmentDir } from "../../core/home";

const BODY = JSON.stringify({ id: 1, name: "product", price: 100 });

/** A server that answers by itself from memory, in one thread of its own: HAProxy without a backend. @returns its URL */
export async function startTarget(environmentId: string, haproxy: string): Promise<string> {
  const folder = join(environmentDir(environmentId), "target");
  await mkdir(folder, { mode: 0o700 });
  const [port = 0] = await reservePorts(environmentId, 1);
  const config = join(folder, "haproxy.cfg");
  await writeFile(
    config,
    [
      "global",
      "  nbthread 1",
      "defaults",
      "  mode http",
      "  timeout client 30s",
      "  timeout connect 2s",
      "  timeout server 30s",
      "frontend target",
      `  bind 127.0.0.1:${port}`,
      `  http-request return status 200 content-type application/json string '${BODY}'`,
      "",
    ].join("\n"),
    { mode: 0o600 },
  );
  await startProcess({
    environmentId,
    name: "target",
    tier: "app",
    command: haproxy,
    args: ["-db", "-f", config],
    cwd: folder,
    env: {},
    ports: [port],
    ready: { kind: ProbeKind.Http, endpoint: `http://127.0.0.1:${port}/`, timeoutMs: 10_000 },
    stop: { signal: "SIGTERM", graceMs: 2_000 },
  });
  return `http://127.0.0.1:${port}`;
}

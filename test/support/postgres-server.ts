import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { primaryLifecycle } from "../../components/local/postgres/primary";
import { APPLICATION_DATABASE, postgresUrl, ROLES } from "../../components/local/postgres/roles";
import { serviceOutputs } from "../../components/local/provider/service";
import { prepareEnvironment, sweepEnvironment } from "../../components/local/supervisor";
import { newEnvironmentId } from "../../core/ids";
import { localTool } from "../../stacks/local-tools";
import { resolveTool, Tool } from "../../toolchain";

export interface PostgresServer {
  /** As the owner of a database, who is no superuser; with the password. */
  readonly url: string;
  readonly password: string;
  /** Ends it and proves that nothing is left. */
  remove(): Promise<void>;
}

/** A real PostgreSQL of a test's own, started as the local target starts it: loopback, an unprivileged account, generated passwords. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const resolved = await resolveTool(Tool.Postgres);
  if (resolved === undefined) throw new Error("PostgreSQL is needed: npx perfbed doctor --install");
  const home = mkdtempSync(join(tmpdir(), "pbpg-"));
  // The server runs under another account and must get through.
  chmodSync(home, 0o711);
  const previousHome = process.env.PERFBED_HOME;
  process.env.PERFBED_HOME = home;
  const environmentId = newEnvironmentId();
  const remove = async (): Promise<void> => {
    const sweep = await sweepEnvironment(environmentId);
    if (previousHome === undefined) delete process.env.PERFBED_HOME;
    else process.env.PERFBED_HOME = previousHome;
    rmSync(home, { recursive: true, force: true });
    if (!sweep.proved) throw new Error(`left behind: ${JSON.stringify(sweep.remaining)}`);
  };
  const secret = (): string => randomBytes(12).toString("hex");
  const password = secret();
  try {
    await prepareEnvironment({
      environmentId,
      owner: "test",
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      watchdog: false,
    });
    const created = await primaryLifecycle.create({
      environmentId,
      home,
      cpu: 0.5,
      memoryMiB: 128,
      poolSize: 5,
      maxClientConnections: 50,
      superuserPassword: secret(),
      applicationPassword: password,
      replicationPassword: secret(),
      monitorPassword: secret(),
      service: "database-primary",
      tool: localTool(resolved),
      seededReplicas: [],
    });
    const { port } = serviceOutputs.parse(created.outs);
    return { url: postgresUrl(ROLES.application, password, port, APPLICATION_DATABASE), password, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

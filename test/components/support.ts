import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import {
  type Application,
  type PerformanceEnvironmentArgs,
  type Sizing,
  Target,
} from "../../components/contracts";
import { createLocalTiers, type LocalTool, type LocalTools, localSizings } from "../../components/local";

/** One registration as the engine would get it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const DYNAMIC = "pulumi-nodejs:dynamic/perfbed/local:";

/** What each kind would find out when created; ports count up in the order of `PORTS`. */
const FOUND: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  Environment: () => ({ folder: "/home-of-pb/environments/pb-test" }),
  Credential: (name) => ({ password: `secret-of-${name}` }),
  PostgresPrimary: () => ({ port: 21_000, folder: "/folder/database-primary" }),
  PostgresReplica: (name) => ({ port: 21_100 + Number(name.at(-1)), folder: "/folder/replica" }),
  Pgbouncer: (name) => ({ port: name.endsWith("writer") ? 21_200 : 21_200 + Number(name.at(-1)) }),
  Redis: () => ({ port: 21_300 }),
  LoadBalancer: () => ({ port: 21_400, url: "http://127.0.0.1:21400", socketPath: "/folder/api.sock" }),
  ApplicationSetup: () => ({ completedAt: "2030-01-01T00:00:00.000Z" }),
  AutoscalingGroup: () => ({ port: 21_500, inService: 1, eventsPath: "/folder/events.jsonl" }),
  Varnish: () => ({ port: 21_600, workingFolder: "/folder/work" }),
  EdgeReadiness: () => ({ readyUrl: "http://127.0.0.1:21600" }),
  Otelcol: () => ({ port: 21_700, folder: "/folder/apm-collector" }),
  FleetSlots: () => ({ slots: [{ name: "generator-1", location: "/folder/generator-1" }] }),
};

/** Mocks that record every registration. What they cannot prove (that anything works) test/engine proves. */
export function recordRegistrations(): Registration[] {
  const registrations: Registration[] = [];
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }: MockResourceArgs) => {
        registrations.push({ type, name, inputs });
        const kind = type.startsWith(DYNAMIC) ? type.slice(DYNAMIC.length) : "";
        return { id: custom ? `${name}-id` : "", state: { ...inputs, ...FOUND[kind]?.(name) } };
      },
      call: () => ({}),
    },
    "perfbed",
    "test",
    false,
  );
  return registrations;
}

const tool = (name: string): LocalTool => ({
  name,
  version: "1.0",
  executables: { [name]: `/usr/bin/${name}` },
  reachableByOthers: true,
});
export const TOOLS: LocalTools = {
  postgres: tool("postgres"),
  pgbouncer: tool("pgbouncer"),
  redis: tool("redis-server"),
  haproxy: tool("haproxy"),
  varnish: tool("varnishd"),
};

export function sizing(changes: { readonly replicas?: number } = {}): Sizing {
  const { small } = localSizings;
  if (small === undefined) throw new Error("there is no sizing named small");
  return { ...small, database: { ...small.database, ...changes } };
}

export const APPLICATION: Application = {
  name: "shop",
  version: "abc123",
  workingDirectory: "/srv/shop",
  command: ["node", "server.js"],
  healthPath: "/health",
  readyPath: "/ready",
  environment: { LOG_LEVEL: "info" },
  setup: { command: ["node", "migrate.js"], timeoutSeconds: 30 },
  startTimeoutSeconds: 20,
  drainSeconds: 5,
};

export function environmentArgs(
  changes: Partial<PerformanceEnvironmentArgs> = {},
): PerformanceEnvironmentArgs {
  return {
    target: Target.Local,
    environment: {
      id: "pb-test",
      owner: "ada",
      expiresAt: "2030-01-01T00:00:00.000Z",
      tags: { team: "checkout" },
    },
    sizing: sizing(),
    application: APPLICATION,
    ...changes,
  };
}

export const targets = (): { readonly [Target.Local]: ReturnType<typeof createLocalTiers> } => ({
  [Target.Local]: createLocalTiers({ tools: TOOLS }),
});

/** The value of an output, with whether it is secret. */
export async function settled<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const value = await new Promise<T>((resolve) => {
    output.apply((known) => {
      resolve(known);
    });
  });
  return { value, secret: await pulumi.isSecret(output) };
}

/** Waits until every registration has been made: all outputs known. */
export async function allRegistered(): Promise<void> {
  await pulumi.runtime.disconnect();
}

/** An input that travels to the engine marked as secret; the key is Pulumi's own mark. */
export const secret = (value: unknown): Record<string, unknown> => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

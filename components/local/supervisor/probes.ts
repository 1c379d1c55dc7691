import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { ConfigError } from "../../../core/errors";
import type { LogPart } from "./launch";
import { ProbeKind, type ReadinessProbe } from "./types";

/** One attempt of a readiness check. Resolves when the process can do its work, rejects with the reason when not (yet). */
export type ProbeAttempt = () => Promise<void>;

/** Longest one attempt may take; a new one follows. */
const ATTEMPT_MS = 2_000;

function invalidEndpoint(probe: ReadinessProbe, allowed: string): ConfigError {
  return new ConfigError(`readiness probe (${probe.kind})`, [{ field: "ready.endpoint", allowed }]);
}

function tcpAttempt(probe: ReadinessProbe): ProbeAttempt {
  const [, host, port] = /^(?:tcp:\/\/)?\[?([^\]]+?)\]?:(\d+)$/.exec(probe.endpoint ?? "") ?? [];
  if (host === undefined || port === undefined) throw invalidEndpoint(probe, "host:port");
  return () =>
    new Promise((done, fail) => {
      const socket = connect({ host, port: Number(port), timeout: ATTEMPT_MS }, () => {
        socket.destroy();
        done();
      });
      socket.once("timeout", () => socket.destroy(new Error("no answer to a connection attempt")));
      socket.once("error", fail);
    });
}

function httpAttempt(probe: ReadinessProbe): ProbeAttempt {
  const { endpoint } = probe;
  if (endpoint === undefined || !URL.canParse(endpoint) || new URL(endpoint).protocol !== "http:")
    throw invalidEndpoint(probe, "an http:// URL");
  return () =>
    new Promise((done, fail) => {
      const request = get(endpoint, { agent: false, timeout: ATTEMPT_MS }, (response) => {
        response.resume();
        request.destroy();
        if (response.statusCode === 200) done();
        else fail(new Error(`it answers with status ${response.statusCode ?? "unknown"}`));
      });
      request.once("timeout", () => request.destroy(new Error("no answer to a request")));
      request.once("error", fail);
    });
}

function postgresAttempt(probe: ReadinessProbe): ProbeAttempt {
  const { endpoint } = probe;
  if (endpoint === undefined) throw invalidEndpoint(probe, "a postgres:// URL");
  return async () => {
    // Loaded only where a database is probed: this module is part of small, long-lived processes too.
    const { Client } = await import("pg");
    const client = new Client({
      connectionString: endpoint,
      connectionTimeoutMillis: ATTEMPT_MS,
      query_timeout: ATTEMPT_MS,
      application_name: "perfbed-probe",
    });
    // A connection cut after the answer is reported here as well; without a listener it would end this process.
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("select 1");
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

function redisAttempt(probe: ReadinessProbe): ProbeAttempt {
  const { endpoint } = probe;
  if (endpoint === undefined) throw invalidEndpoint(probe, "a redis:// URL");
  return async () => {
    const { Redis } = await import("ioredis");
    const client = new Redis(endpoint, {
      lazyConnect: true,
      connectTimeout: ATTEMPT_MS,
      commandTimeout: ATTEMPT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectionName: "perfbed-probe",
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  };
}

function logAttempt(probe: ReadinessProbe, log: LogPart): ProbeAttempt {
  const { endpoint } = probe;
  if (endpoint === undefined || endpoint === "") throw invalidEndpoint(probe, "a text");
  return async () => {
    const written = (await readFile(log.file)).subarray(log.from);
    if (!written.includes(endpoint)) throw new Error("it has not written what it writes when ready");
  };
}

/**
 * The check behind a probe; undefined for `exit`, which needs none.
 * @throws ConfigError when the endpoint does not suit the kind.
 */
export function probeAttempt(probe: ReadinessProbe, log: LogPart): ProbeAttempt | undefined {
  switch (probe.kind) {
    case ProbeKind.Tcp:
      return tcpAttempt(probe);
    case ProbeKind.Http:
      return httpAttempt(probe);
    case ProbeKind.Postgres:
      return postgresAttempt(probe);
    case ProbeKind.Redis:
      return redisAttempt(probe);
    case ProbeKind.Log:
      return logAttempt(probe, log);
    case ProbeKind.Exit:
      return undefined;
  }
}

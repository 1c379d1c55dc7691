import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** Roles of every environment's database, least right first. */
export const ROLES = {
  /** Owns the application's database. What the application connects as, pooled or not. */
  application: "app",
  /** Reads statistics (pg_monitor), nothing else. */
  monitor: "perfbed_monitor",
  /** Streams the write-ahead log. */
  replication: "perfbed_replication",
  /** Superuser; used by perfbed alone, to set up. */
  superuser: "perfbed_admin",
} as const;

export const APPLICATION_DATABASE = "app";

export interface RolePasswords {
  readonly superuser: string;
  readonly application: string;
  readonly replication: string;
  readonly monitor: string;
}

const SCRAM_ITERATIONS = 4096;
const SALT_BYTES = 16;

/**
 * What PostgreSQL stores of a password (RFC 5803, SCRAM-SHA-256). Made on this side, so that no password stands in a statement: statement
 * texts end up in logs and in pg_stat_statements.
 */
export async function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(SALT_BYTES),
): Promise<string> {
  const salted = await promisify(pbkdf2)(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const hmac = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** A loopback connection URL. Passwords are URL-safe already; encoding keeps that from being a condition. */
export function postgresUrl(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Statements that make the roles and the application's database on a fresh primary, run by the superuser in the database `postgres`. */
export async function roleStatements(passwords: RolePasswords): Promise<readonly string[]> {
  const [application, replication, monitor] = await Promise.all([
    scramVerifier(passwords.application),
    scramVerifier(passwords.replication),
    scramVerifier(passwords.monitor),
  ]);
  return [
    `CREATE ROLE ${ROLES.application} LOGIN PASSWORD '${application}'`,
    `CREATE ROLE ${ROLES.replication} LOGIN REPLICATION PASSWORD '${replication}'`,
    `CREATE ROLE ${ROLES.monitor} LOGIN PASSWORD '${monitor}' IN ROLE pg_monitor`,
    `CREATE DATABASE ${APPLICATION_DATABASE} OWNER ${ROLES.application}`,
  ];
}

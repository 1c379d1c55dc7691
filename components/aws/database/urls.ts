import { secretReference } from "../generated-secret";

/** Port of PostgreSQL, its replicas and RDS Proxy. */
export const POSTGRES_PORT = 5432;

export interface ConnectionUrlParts {
  readonly username: string;
  /** Secret with the key `password`. */
  readonly secretArn: string;
  readonly host: string;
  readonly database: string;
}

/** A URL without a password: where it would stand is a reference to the secret. */
export function connectionUrl({ username, secretArn, host, database }: ConnectionUrlParts): string {
  const password = secretReference(secretArn, "password");
  const user = encodeURIComponent(username);
  return `postgresql://${user}:${password}@${host}:${POSTGRES_PORT}/${encodeURIComponent(database)}?sslmode=require`;
}

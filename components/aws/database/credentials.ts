import type * as pulumi from "@pulumi/pulumi";
import { awsTags } from "../context";
import { storedSecret } from "../generated-secret";
import type { ServerContext, Servers } from "./servers";
import { POSTGRES_PORT } from "./urls";

/** The owner of the data, unless a snapshot brings its own. */
export const USERNAME = "app";
/** The application's database, unless the settings or a snapshot name another. */
export const DATABASE_NAME = "app";

/**
 * What RDS Proxy reads and instances look up: the form AWS has for it, so that its own tools understand the secret as well.
 * @returns the secret's ARN
 */
export function databaseSecret(context: ServerContext, servers: Servers): pulumi.Output<string> {
  return storedSecret(
    `${context.name}-credentials`,
    {
      description: `Database of perfbed environment ${context.environment.id}`,
      values: {
        engine: "postgres",
        username: servers.username,
        password: context.password,
        host: servers.writerHost,
        port: POSTGRES_PORT,
        dbname: servers.databaseName,
      },
      tags: awsTags(context.environment, "database"),
    },
    context.options,
  );
}

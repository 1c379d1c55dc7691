import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../../contracts";
import type { DatabaseSettings, MaskingHook } from "../settings";
import { BUNDLES_PREFIX, createShippedFile } from "./bundle";
import { oncePrefix } from "./setup-lock";

const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** PostgreSQL's client, and the package of Amazon Linux 2023 that has it. It speaks to servers of any version. */
export const PSQL_PACKAGE = "postgresql15";

/** SQL that makes restored data fit for a test, as instances find it. */
export interface Masking {
  /** Key in the environment's bucket. */
  readonly key: string;
  /** Of the SQL, hexadecimal. */
  readonly sha256: string;
  readonly snapshotIdentifier: string;
  readonly timeoutSeconds: number;
}

/** Longest that masking may take; 0 where there is none. */
export const maskingSeconds = (hook: MaskingHook | undefined): number =>
  hook === undefined ? 0 : (hook.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS);

/** Ships the masking file beside the application's bundle; undefined where there is none. */
export function createMasking(
  name: string,
  settings: {
    readonly environment: EnvironmentIdentity;
    readonly bucketName: pulumi.Input<string>;
    readonly database: DatabaseSettings;
  },
  options: pulumi.CustomResourceOptions,
): pulumi.Output<Masking> | undefined {
  const { masking, snapshotIdentifier } = settings.database;
  if (masking === undefined || snapshotIdentifier === undefined) return undefined;
  const sha256 = createHash("sha256").update(readFileSync(masking.sqlFile)).digest("hex");
  const object = createShippedFile(
    name,
    {
      environment: settings.environment,
      bucketName: settings.bucketName,
      key: `${BUNDLES_PREFIX}/masking-${sha256}.sql`,
      file: masking.sqlFile,
      contentType: "application/sql",
      title: "masking",
    },
    options,
  );
  // The key as the store gives it back: no instance starts before the file lies there.
  return object.key.apply((key) => ({
    key,
    sha256,
    snapshotIdentifier,
    timeoutSeconds: maskingSeconds(masking),
  }));
}

/** Folder of the markers: masking is done once for each file, snapshot and server. */
export const maskingPrefix = (masking: Masking, databaseAdminUrl: string): string =>
  oncePrefix("masking", [masking.sha256, masking.snapshotIdentifier, databaseAdminUrl]);

/** One transaction, ended by the first error. Errors are told without the rows they are about. */
export const maskingCommand = (sqlFile: string): readonly string[] => [
  "psql",
  "--no-psqlrc",
  "--quiet",
  "--single-transaction",
  "--set=ON_ERROR_STOP=1",
  "--set=VERBOSITY=terse",
  `--file=${sqlFile}`,
];

/**
 * A connection as the variables of libpq, so that no password is an argument of a process.
 * @param url one of `connectionUrl`
 * @throws RangeError for another one
 */
export function libpqVariables(url: string): Record<string, string> {
  const found = /^postgresql:\/\/([^:@/]+):(\{\{secret:[^{}]+\}\})@([^:/?]+):(\d+)\/([^/?]+)/.exec(url);
  const [, user, password, host, port, database] = found ?? [];
  if (
    user === undefined ||
    password === undefined ||
    host === undefined ||
    port === undefined ||
    database === undefined
  ) {
    throw new RangeError("the connection is not one of perfbed's own");
  }
  return {
    PGHOST: host,
    PGPORT: port,
    PGUSER: decodeURIComponent(user),
    PGPASSWORD: password,
    PGDATABASE: decodeURIComponent(database),
    PGSSLMODE: "require",
  };
}

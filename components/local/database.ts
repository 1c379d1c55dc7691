import * as pulumi from "@pulumi/pulumi";
import { type DatabaseArgs, type DatabaseOutputs, TelemetryKind, type TelemetrySource } from "../contracts";
import { childOptions, type LocalContext, placed } from "./context";
import { Credential } from "./foundation/resources";
import { Pgbouncer } from "./pgbouncer/resource";
import { PostgresPrimary, PostgresReplica } from "./postgres/resources";
import { APPLICATION_DATABASE, postgresUrl, ROLES } from "./postgres/roles";

const TIER = "database";

/** PostgreSQL primary, streaming read replicas, and a PgBouncer in front of each. */
export class LocalDatabase extends pulumi.ComponentResource implements DatabaseOutputs {
  readonly writerUrl: pulumi.Output<string>;
  readonly readerUrls: pulumi.Output<string[]>;
  readonly adminUrl: pulumi.Output<string>;
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(
    name: string,
    args: DatabaseArgs,
    context: LocalContext,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("perfbed:local:Database", name, {}, opts);
    const { sizing } = args;
    const options = childOptions(this, opts);
    const common = placed(context, args);
    const server = { cpu: sizing.cpu, memoryMiB: sizing.memoryMiB };

    const password = (account: string): pulumi.Output<string> =>
      new Credential(`${name}-${account}-password`, { ...common, account: `${TIER}-${account}` }, options)
        .password;
    const superuserPassword = password("superuser");
    const applicationPassword = password("application");
    const replicationPassword = password("replication");
    const monitorPassword = password("monitor");

    const replicaNumbers = Array.from({ length: sizing.replicas }, (_, index) => index + 1);
    const replicaService = (number: number): string => `${TIER}-replica-${number}`;

    const primary = new PostgresPrimary(
      `${name}-primary`,
      {
        ...common,
        ...server,
        service: `${TIER}-primary`,
        tool: context.tools.postgres,
        poolSize: sizing.poolSize,
        superuserPassword,
        applicationPassword,
        replicationPassword,
        monitorPassword,
        seededReplicas: replicaNumbers.map(replicaService),
      },
      options,
    );

    const createPool = (role: string, serverPort: pulumi.Output<number>): Pgbouncer =>
      new Pgbouncer(
        `${name}-pool-${role}`,
        {
          ...common,
          ...server,
          service: `${TIER}-pool-${role}`,
          tool: context.tools.pgbouncer,
          serverPort,
          poolSize: sizing.poolSize,
          maxClientConnections: sizing.maxClientConnections,
          applicationPassword,
          monitorPassword,
        },
        options,
      );
    const pooledUrl = (pool: Pgbouncer): pulumi.Output<string> =>
      pulumi
        .all([applicationPassword, pool.port])
        .apply(([secret, port]) => postgresUrl(ROLES.application, secret, port, APPLICATION_DATABASE));
    const source = (
      kind: TelemetryKind,
      service: string,
      port: pulumi.Output<number>,
      database: string,
    ): pulumi.Output<TelemetrySource> =>
      pulumi.all([monitorPassword, port]).apply(([secret, at]) => ({
        kind,
        name: service,
        tier: TIER,
        endpoint: postgresUrl(ROLES.monitor, secret, at, database),
      }));

    const writerPool = createPool("writer", primary.port);
    const readers = replicaNumbers.map((number) => {
      const replica = new PostgresReplica(
        `${name}-replica-${number}`,
        {
          ...common,
          ...server,
          service: replicaService(number),
          tool: context.tools.postgres,
          poolSize: sizing.poolSize,
          superuserPassword,
          replicationPassword,
          primaryPort: primary.port,
          primaryFolder: primary.folder,
        },
        options,
      );
      return { number, replica, pool: createPool(`reader-${number}`, replica.port) };
    });

    this.writerUrl = pooledUrl(writerPool);
    this.readerUrls =
      readers.length === 0
        ? this.writerUrl.apply((url) => [url])
        : pulumi.all(readers.map(({ pool }) => pooledUrl(pool)));
    this.adminUrl = pulumi
      .all([applicationPassword, primary.port])
      .apply(([secret, port]) => postgresUrl(ROLES.application, secret, port, APPLICATION_DATABASE));
    this.telemetry = pulumi.all([
      source(TelemetryKind.PostgresPrimary, `${TIER}-primary`, primary.port, APPLICATION_DATABASE),
      source(TelemetryKind.Pgbouncer, `${TIER}-pool-writer`, writerPool.port, "pgbouncer"),
      ...readers.flatMap(({ number, replica, pool }) => [
        source(TelemetryKind.PostgresReplica, replicaService(number), replica.port, APPLICATION_DATABASE),
        source(TelemetryKind.Pgbouncer, `${TIER}-pool-reader-${number}`, pool.port, "pgbouncer"),
      ]),
    ]);
    this.registerOutputs({
      writerUrl: this.writerUrl,
      readerUrls: this.readerUrls,
      adminUrl: this.adminUrl,
      telemetry: this.telemetry,
    });
  }
}

import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../../core/errors";
import type { DatabaseArgs, DatabaseOutputs, TelemetrySource } from "../contracts";
import { type AwsContext, childOptions } from "./context";
import { auroraServers } from "./database/aurora";
import { serverPlan } from "./database/connections";
import { databaseSecret } from "./database/credentials";
import { databaseProxy, type ProxyHosts } from "./database/proxy";
import { rdsServers } from "./database/rds";
import type { ServerContext, Servers } from "./database/servers";
import { connectionUrl } from "./database/urls";
import { databaseProblems } from "./database/validation";
import { generatedPassword } from "./generated-secret";
import { DatabaseEngine } from "./settings";

/** Where clients connect to. */
interface ConnectionHosts {
  readonly writer: pulumi.Output<string>;
  readonly readers: readonly pulumi.Output<string>[];
  readonly admin: pulumi.Output<string>;
}

/** Through the proxy where there is one; readers are the writer where there are none. */
function connectionHosts(servers: Servers, proxy: ProxyHosts | undefined): ConnectionHosts {
  const writer = proxy?.writer ?? servers.writerHost;
  const readers = proxy?.reader === undefined ? servers.readerHosts : [proxy.reader];
  return { writer, readers: readers.length === 0 ? [writer] : readers, admin: servers.writerHost };
}

/**
 * PostgreSQL on AWS: RDS or Aurora, with replicas, and RDS Proxy as the pool. It is in isolated subnets, encrypted, reached over TLS alone,
 * and gone without a trace after teardown.
 *
 * URLs hold no password: they refer to a secret in Secrets Manager, which instances look up when they start. Replicas of RDS are reached
 * directly, because RDS Proxy has no endpoint for them; those of Aurora through one endpoint, whatever their number.
 *
 * The masking file of a restored snapshot is run by the app tier's first instance; here is only checked that it exists.
 *
 * @throws ConfigError with every problem of the settings, before anything is created
 */
export class AwsDatabase extends pulumi.ComponentResource implements DatabaseOutputs {
  readonly writerUrl: pulumi.Output<string>;
  readonly readerUrls: pulumi.Output<string[]>;
  readonly adminUrl: pulumi.Output<string>;
  /** None: what AWS sees of the database is in CloudWatch and Performance Insights. */
  readonly telemetry: pulumi.Output<TelemetrySource[]>;

  constructor(name: string, args: DatabaseArgs, context: AwsContext, opts: pulumi.ComponentResourceOptions) {
    const settings = context.settings.database;
    const problems = databaseProblems(args, settings);
    const plan = serverPlan(settings, args.sizing);
    if (problems.length > 0 || plan === undefined) throw new ConfigError("Database on AWS", problems);
    super("perfbed:aws:Database", name, {}, opts);
    const options = childOptions(this, opts);
    const serverContext: ServerContext = {
      name,
      environment: args.environment,
      settings,
      sizing: args.sizing,
      plan,
      ground: context.ground(),
      password: generatedPassword(`${name}-password`, options),
      options,
    };
    const servers =
      settings.engine === DatabaseEngine.Aurora ? auroraServers(serverContext) : rdsServers(serverContext);
    const secretArn = databaseSecret(serverContext, servers);
    const proxy = settings.proxy ? databaseProxy(serverContext, servers, secretArn) : undefined;

    const hosts = connectionHosts(servers, proxy);
    const url = (host: pulumi.Output<string>): pulumi.Output<string> =>
      pulumi
        .output({ username: servers.username, database: servers.databaseName, secretArn, host })
        .apply(connectionUrl);
    this.writerUrl = url(hosts.writer);
    this.readerUrls = pulumi.all(hosts.readers.map(url));
    this.adminUrl = url(hosts.admin);
    this.telemetry = pulumi.output([]);
    this.registerOutputs({
      writerUrl: this.writerUrl,
      readerUrls: this.readerUrls,
      adminUrl: this.adminUrl,
      telemetry: this.telemetry,
    });
  }
}

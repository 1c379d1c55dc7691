import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";

/** Where CloudFront keeps its figures. */
export const CLOUDFRONT_REGION = "us-east-1";

/** Every call has an end: a campaign must not hang on a connection that nobody answers. */
const OPTIONS = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
} as const;

/** A client that is made when it is first used. */
class Lazy<T extends { destroy(): void }> {
  #client: T | undefined;

  constructor(private readonly make: () => T) {}

  get(): T {
    this.#client ??= this.make();
    return this.#client;
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }
}

/** The SDK's clients for one region, made when they are first used. Credentials and endpoints come by the SDK's own chain. */
export class AwsClients {
  readonly #options: typeof OPTIONS & { readonly region: string };
  readonly #applicationAutoScaling = new Lazy(() => new ApplicationAutoScalingClient(this.#options));
  readonly #autoScaling = new Lazy(() => new AutoScalingClient(this.#options));
  readonly #cloudFront = new Lazy(() => new CloudFrontClient(this.#options));
  readonly #cloudWatch = new Lazy(() => new CloudWatchClient(this.#options));
  readonly #ec2 = new Lazy(() => new EC2Client(this.#options));
  readonly #ecs = new Lazy(() => new ECSClient(this.#options));
  readonly #elastiCache = new Lazy(() => new ElastiCacheClient(this.#options));
  readonly #loadBalancing = new Lazy(() => new ElasticLoadBalancingV2Client(this.#options));
  readonly #rds = new Lazy(() => new RDSClient(this.#options));
  readonly #s3 = new Lazy(() => new S3Client(this.#options));
  readonly #ssm = new Lazy(() => new SSMClient(this.#options));
  readonly #sts = new Lazy(() => new STSClient(this.#options));
  readonly #edgeCloudWatch = new Lazy(
    () => new CloudWatchClient({ ...this.#options, region: CLOUDFRONT_REGION }),
  );

  readonly #elsewhere = new Map<string, AwsClients>();

  constructor(readonly region: string) {
    this.#options = { ...OPTIONS, region };
  }

  /** Clients of another region, closed with these. */
  in(region: string): AwsClients {
    if (region === this.region) return this;
    const clients = this.#elsewhere.get(region) ?? new AwsClients(region);
    this.#elsewhere.set(region, clients);
    return clients;
  }

  get applicationAutoScaling(): ApplicationAutoScalingClient {
    return this.#applicationAutoScaling.get();
  }
  get autoScaling(): AutoScalingClient {
    return this.#autoScaling.get();
  }
  get cloudFront(): CloudFrontClient {
    return this.#cloudFront.get();
  }
  get cloudWatch(): CloudWatchClient {
    return this.#cloudWatch.get();
  }
  get ec2(): EC2Client {
    return this.#ec2.get();
  }
  get ecs(): ECSClient {
    return this.#ecs.get();
  }
  get elastiCache(): ElastiCacheClient {
    return this.#elastiCache.get();
  }
  get loadBalancing(): ElasticLoadBalancingV2Client {
    return this.#loadBalancing.get();
  }
  get rds(): RDSClient {
    return this.#rds.get();
  }
  get s3(): S3Client {
    return this.#s3.get();
  }
  get ssm(): SSMClient {
    return this.#ssm.get();
  }
  get sts(): STSClient {
    return this.#sts.get();
  }
  /** CloudFront's figures are in one region, whatever the environment's is. */
  get edgeCloudWatch(): CloudWatchClient {
    return this.#edgeCloudWatch.get();
  }

  /** Lets go of every connection. */
  close(): void {
    for (const client of [
      this.#applicationAutoScaling,
      this.#autoScaling,
      this.#cloudFront,
      this.#cloudWatch,
      this.#ec2,
      this.#ecs,
      this.#elastiCache,
      this.#loadBalancing,
      this.#rds,
      this.#s3,
      this.#ssm,
      this.#sts,
      this.#edgeCloudWatch,
    ]) {
      client.close();
    }
    for (const clients of this.#elsewhere.values()) clients.close();
    this.#elsewhere.clear();
  }
}

/** Runs with clients that are closed afterwards, however it ends. */
export async function withClients<T>(
  region: string,
  action: (clients: AwsClients) => Promise<T>,
): Promise<T> {
  const clients = new AwsClients(region);
  try {
    return await action(clients);
  } finally {
    clients.close();
  }
}

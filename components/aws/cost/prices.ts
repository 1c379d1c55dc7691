/** What things cost by the hour, with where and when the figures are from. */
export interface PriceList {
  readonly currency: "USD";
  /** Month of the figures, `2025-06`. */
  readonly asOf: string;
  readonly source: string;
  /** By region, then by item; see {@link PriceItem} for the names. USD an hour and unit. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Units that are not a type of instance, class or node. */
export enum PriceItem {
  LoadBalancer = "alb",
  NatGateway = "nat-gateway",
  /** An interface endpoint in one zone. */
  InterfaceEndpoint = "interface-endpoint",
  PublicAddress = "public-ipv4",
  /** General-purpose volume, GiB. */
  VolumeGiB = "gp3-gib",
  /** The same under RDS. */
  DatabaseGiB = "rds-gp3-gib",
  /** Provisioned above the baseline. */
  DatabaseIops = "rds-gp3-iops",
  ProxyVcpu = "rds-proxy-vcpu",
  FargateArmVcpu = "fargate-arm64-vcpu",
  FargateArmGiB = "fargate-arm64-gib",
  FargateIntelVcpu = "fargate-x86_64-vcpu",
  FargateIntelGiB = "fargate-x86_64-gib",
  ServerlessCacheGiB = "elasticache-serverless-valkey-gib",
  WebAcl = "waf-web-acl",
  WebAclRule = "waf-rule",
}

export const instanceItem = (type: string): string => `ec2:${type}`;
export const databaseItem = (engine: "rds" | "aurora", instanceClass: string): string =>
  `${engine === "aurora" ? "aurora-postgresql" : "rds-postgresql"}:${instanceClass}`;
export const cacheItem = (nodeType: string): string => `elasticache-valkey:${nodeType}`;

/** USD an hour; undefined when the list does not have it, which is never the same as free. */
export const priceOf = (prices: PriceList, region: string, item: string): number | undefined =>
  prices.regions[region]?.[item];

import { randomBytes } from "node:crypto";
import { ACCOUNT_ID, type Aws, type AwsApi } from "./api";
import type { Props } from "./props";
import type { Naming, ResourceType } from "./resource-type";
import type { PropertyMap } from "./wire";

interface KeptType {
  /** Prefix of its IAM actions. */
  readonly service: string;
  /** Calls that AWS would need, for the record: making (which also looks at it), changing, removing. */
  readonly create: readonly string[];
  readonly update?: readonly string[];
  readonly delete: readonly string[];
  readonly naming?: Naming;
  readonly replaceOn?: readonly string[];
  /** Made up when absent. */
  id?(inputs: Props): string;
  outputs?(id: string, inputs: Props, aws: Aws): PropertyMap;
}

const cloudfrontArn = (path: string): string => `arn:aws:cloudfront::${ACCOUNT_ID}:${path}`;

/**
 * Types that the emulator does not know, or knows so little of that they could not be removed again. The stand-in keeps them in memory: their
 * inputs are checked against the package's declarations like all others, but no API sees them. One that the emulator learns moves out of here.
 */
const KEPT: Readonly<Record<string, KeptType>> = {
  "aws:ec2/placementGroup:PlacementGroup": {
    service: "ec2",
    create: ["CreatePlacementGroup", "DescribePlacementGroups"],
    update: ["CreateTags", "DeleteTags"],
    delete: ["DeletePlacementGroup"],
    naming: { property: "name", longest: 255 },
    replaceOn: ["name", "strategy", "partitionCount", "spreadLevel"],
    id: (inputs) => inputs.text("name"),
    outputs: (id, _inputs, aws) => ({
      arn: aws.arn("ec2", `placement-group/${id}`),
      placementGroupId: `pg-${id}`,
    }),
  },
  // The emulator takes a subnet group but has no call to remove one.
  "aws:elasticache/subnetGroup:SubnetGroup": {
    service: "elasticache",
    create: ["CreateCacheSubnetGroup", "DescribeCacheSubnetGroups"],
    update: ["ModifyCacheSubnetGroup", "AddTagsToResource", "RemoveTagsFromResource"],
    delete: ["DeleteCacheSubnetGroup"],
    naming: { property: "name", longest: 255 },
    replaceOn: ["name"],
    id: (inputs) => inputs.text("name"),
    outputs: (id, _inputs, aws) => ({ arn: aws.arn("elasticache", `subnetgroup:${id}`) }),
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    service: "elasticache",
    create: ["CreateCacheParameterGroup", "ModifyCacheParameterGroup", "DescribeCacheParameterGroups"],
    update: ["ModifyCacheParameterGroup", "ResetCacheParameterGroup"],
    delete: ["DeleteCacheParameterGroup"],
    naming: { property: "name", longest: 255 },
    replaceOn: ["name", "family", "description"],
    id: (inputs) => inputs.text("name"),
    outputs: (id, _inputs, aws) => ({ arn: aws.arn("elasticache", `parametergroup:${id}`) }),
  },
  "aws:elasticache/userGroup:UserGroup": {
    service: "elasticache",
    create: ["CreateUserGroup", "DescribeUserGroups"],
    update: ["ModifyUserGroup"],
    delete: ["DeleteUserGroup"],
    replaceOn: ["userGroupId"],
    id: (inputs) => inputs.text("userGroupId"),
    outputs: (id, _inputs, aws) => ({ arn: aws.arn("elasticache", `usergroup:${id}`) }),
  },
  "aws:elasticache/serverlessCache:ServerlessCache": {
    service: "elasticache",
    create: ["CreateServerlessCache", "DescribeServerlessCaches"],
    update: ["ModifyServerlessCache"],
    delete: ["DeleteServerlessCache"],
    naming: { property: "name", longest: 40 },
    replaceOn: ["name", "subnetIds", "kmsKeyId", "networkType"],
    id: (inputs) => inputs.text("name"),
    outputs: (id, _inputs, aws) => {
      const address = `${id}.serverless.cache.${aws.region}.amazonaws.com`;
      return {
        arn: aws.arn("elasticache", `serverlesscache:${id}`),
        endpoints: [{ address, port: 6379 }],
        readerEndpoints: [{ address, port: 6380 }],
        status: "available",
      };
    },
  },
  "aws:rds/proxyEndpoint:ProxyEndpoint": {
    service: "rds",
    create: ["CreateDBProxyEndpoint", "DescribeDBProxyEndpoints"],
    update: ["ModifyDBProxyEndpoint"],
    delete: ["DeleteDBProxyEndpoint"],
    replaceOn: ["dbProxyEndpointName", "dbProxyName", "targetRole", "vpcSubnetIds"],
    id: (inputs) => `${inputs.text("dbProxyName")}/${inputs.text("dbProxyEndpointName")}`,
    outputs: (_id, inputs, aws) => {
      const name = inputs.text("dbProxyEndpointName");
      return {
        arn: aws.arn("rds", `db-proxy-endpoint:${name}`),
        endpoint: `${name}.endpoint.proxy-stand-in.${aws.region}.rds.amazonaws.com`,
        isDefault: false,
      };
    },
  },
  "aws:cloudfront/cachePolicy:CachePolicy": {
    service: "cloudfront",
    create: ["CreateCachePolicy", "GetCachePolicy"],
    update: ["UpdateCachePolicy"],
    delete: ["DeleteCachePolicy"],
    naming: { property: "name", longest: 128 },
    outputs: (id) => ({ arn: cloudfrontArn(`cache-policy/${id}`), etag: id }),
  },
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": {
    service: "cloudfront",
    create: ["CreateOriginRequestPolicy", "GetOriginRequestPolicy"],
    update: ["UpdateOriginRequestPolicy"],
    delete: ["DeleteOriginRequestPolicy"],
    naming: { property: "name", longest: 128 },
    outputs: (id) => ({ arn: cloudfrontArn(`origin-request-policy/${id}`), etag: id }),
  },
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": {
    service: "cloudfront",
    create: ["CreateResponseHeadersPolicy", "GetResponseHeadersPolicy"],
    update: ["UpdateResponseHeadersPolicy"],
    delete: ["DeleteResponseHeadersPolicy"],
    naming: { property: "name", longest: 128 },
    outputs: (id) => ({ arn: cloudfrontArn(`response-headers-policy/${id}`), etag: id }),
  },
  "aws:cloudfront/monitoringSubscription:MonitoringSubscription": {
    service: "cloudfront",
    create: ["CreateMonitoringSubscription", "GetMonitoringSubscription"],
    delete: ["DeleteMonitoringSubscription"],
    id: (inputs) => inputs.text("distributionId"),
  },
  "aws:cloudfront/vpcOrigin:VpcOrigin": {
    service: "cloudfront",
    create: ["CreateVpcOrigin", "GetVpcOrigin"],
    update: ["UpdateVpcOrigin"],
    delete: ["DeleteVpcOrigin"],
    outputs: (id) => ({ arn: cloudfrontArn(`vpcorigin/${id}`), etag: id }),
  },
};

/** What exists of the types of the table above. */
export class KeptResources {
  readonly #existing = new Map<string, PropertyMap>();

  constructor(private readonly api: AwsApi) {}

  find(token: string): ResourceType | undefined {
    const kept = KEPT[token];
    return kept === undefined ? undefined : this.#resourceType(token, kept);
  }

  tokens(): readonly string[] {
    return Object.keys(KEPT);
  }

  /** `type id` of each. */
  list(): readonly string[] {
    return [...this.#existing.keys()].sort();
  }

  #record(service: string, actions: readonly string[]): void {
    for (const action of actions) this.api.calls.push({ service, action });
  }

  #resourceType(token: string, kept: KeptType): ResourceType {
    const key = (id: string): string => `${token} ${id}`;
    const type: ResourceType = {
      ...(kept.naming === undefined ? {} : { naming: kept.naming }),
      replaceOn: kept.replaceOn ?? [],
      create: async (inputs, aws) => {
        this.#record(kept.service, kept.create);
        const id = kept.id?.(inputs) ?? randomBytes(8).toString("hex");
        if (this.#existing.has(key(id))) throw new Error(`AlreadyExists: ${key(id)}`);
        this.#existing.set(key(id), kept.outputs?.(id, inputs, aws) ?? {});
        return id;
      },
      read: async (id) => this.#existing.get(key(id)),
      delete: async (id) => {
        this.#record(kept.service, kept.delete);
        this.#existing.delete(key(id));
      },
    };
    const { update } = kept;
    if (update === undefined) return type;
    return { ...type, update: async () => this.#record(kept.service, update) };
  }
}

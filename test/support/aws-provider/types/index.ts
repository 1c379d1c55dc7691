import type { KeptResources } from "../kept-types";
import type { ResourceType, ResourceTypes } from "../resource-type";

type TypesFile = () => Promise<{ readonly types: ResourceTypes }>;

/** By module of the type token. Each file loads the client of its service, so it is loaded when a type of it first turns up. */
const FILES: Readonly<Record<string, readonly TypesFile[]>> = {
  appautoscaling: [() => import("./application-auto-scaling")],
  autoscaling: [() => import("./auto-scaling"), () => import("./auto-scaling-policies")],
  budgets: [() => import("./budgets")],
  cloudfront: [() => import("./cloudfront")],
  cloudwatch: [() => import("./cloudwatch"), () => import("./cloudwatch-logs")],
  ec2: [
    () => import("./ec2-network"),
    () => import("./ec2-endpoints"),
    () => import("./ec2-security"),
    () => import("./ec2-compute"),
  ],
  ecs: [() => import("./ecs")],
  elasticache: [() => import("./elasticache")],
  iam: [() => import("./iam")],
  lambda: [() => import("./lambda")],
  lb: [() => import("./load-balancing")],
  rds: [
    () => import("./rds"),
    () => import("./rds-cluster"),
    () => import("./rds-groups"),
    () => import("./rds-proxy"),
  ],
  s3: [() => import("./s3")],
  scheduler: [() => import("./scheduler")],
  secretsmanager: [() => import("./secrets-manager")],
  ssm: [() => import("./ssm")],
  vpc: [() => import("./ec2-security")],
  wafv2: [() => import("./wafv2")],
};

/** Every type of `aws` that the stand-in knows. */
export class TypeRegistry {
  constructor(private readonly kept: KeptResources) {}

  /** All tokens. Loads everything. */
  async tokens(): Promise<readonly string[]> {
    const files = await Promise.all(
      Object.values(FILES)
        .flat()
        .map((load) => load()),
    );
    const tokens = files.flatMap(({ types }) => Object.keys(types));
    return [...new Set([...tokens, ...this.kept.tokens()])].sort();
  }

  async find(token: string): Promise<ResourceType | undefined> {
    const keptType = this.kept.find(token);
    if (keptType !== undefined) return keptType;
    const module = /^aws:([^/:]+)/.exec(token)?.[1] ?? "";
    for (const load of FILES[module] ?? []) {
      const { types } = await load();
      if (types[token] !== undefined) return types[token];
    }
    return undefined;
  }
}

import { RESERVED_TAG_PREFIX } from "../../components/tagging";
import { type CheckedResource, isRecord, objectsOf, type Rule } from "./rule";

const REQUIRED = ["environment", "owner", "expires-at"].map((tag) => `${RESERVED_TAG_PREFIX}${tag}`);
const EXPIRY = `${RESERVED_TAG_PREFIX}expires-at`;

/** Types that cost money or stand in the way of a teardown, and that AWS lets carry tags. */
const TAGGED: ReadonlySet<string> = new Set([
  "aws:autoscaling/group:Group",
  "aws:budgets/budget:Budget",
  "aws:cloudfront/distribution:Distribution",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/instance:Instance",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/placementGroup:PlacementGroup",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:ecs/cluster:Cluster",
  "aws:ecs/service:Service",
  "aws:ecs/taskDefinition:TaskDefinition",
  "aws:elasticache/parameterGroup:ParameterGroup",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:elasticache/subnetGroup:SubnetGroup",
  "aws:elasticache/user:User",
  "aws:elasticache/userGroup:UserGroup",
  "aws:iam/instanceProfile:InstanceProfile",
  "aws:iam/role:Role",
  "aws:lambda/function:Function",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:lb/targetGroup:TargetGroup",
  "aws:rds/cluster:Cluster",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  "aws:rds/instance:Instance",
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/proxy:Proxy",
  "aws:rds/proxyEndpoint:ProxyEndpoint",
  "aws:rds/subnetGroup:SubnetGroup",
  "aws:s3/bucket:Bucket",
  "aws:scheduler/scheduleGroup:ScheduleGroup",
  "aws:secretsmanager/secret:Secret",
  "aws:wafv2/webAcl:WebAcl",
]);

/** Tags as a map; groups of instances have them as a list. */
function tagsOf({ props }: CheckedResource): Readonly<Record<string, unknown>> {
  if (isRecord(props.tags)) return props.tags;
  return Object.fromEntries(objectsOf(props.tags).map(({ key, value }) => [String(key), value]));
}

/** What costs money says whose it is and until when: that is how a sweep and the expiry find it. */
export const expiry: Rule = (resource) => {
  if (!TAGGED.has(resource.type)) return [];
  const tags = tagsOf(resource);
  const missing = REQUIRED.filter((tag) => typeof tags[tag] !== "string" || tags[tag] === "");
  if (missing.length > 0) return [`it lacks the tags ${missing.join(", ")}`];
  if (Number.isNaN(Date.parse(String(tags[EXPIRY]))))
    return [`its tag ${EXPIRY} is no time: ${tags[EXPIRY]}`];
  return [];
};

import { isTrue, type Rule } from "./rule";

const SERVERS = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:redshift/cluster:Cluster",
  "aws:docdb/clusterInstance:ClusterInstance",
]);

/** No database has an address on the internet. */
export const publicDatabase: Rule = ({ type, props }) =>
  SERVERS.has(type) && isTrue(props.publiclyAccessible) ? ["it is publicly accessible"] : [];

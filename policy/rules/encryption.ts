import { type CheckedResource, isRecord, isTrue, objectsOf, type Rule } from "./rule";

const needs = (props: CheckedResource["props"], names: readonly string[]): string[] =>
  names.filter((name) => !isTrue(props[name])).map((name) => `${name} is not on`);

/** A replica is encrypted as its source is, and a server that belongs to a cluster as the cluster is. */
function instance(props: CheckedResource["props"]): string[] {
  return props.replicateSourceDb === undefined ? needs(props, ["storageEncrypted"]) : [];
}

function volumes(props: CheckedResource["props"]): string[] {
  return objectsOf(props.blockDeviceMappings).flatMap(({ deviceName, ebs }) =>
    isRecord(ebs) && !isTrue(ebs.encrypted) ? [`its volume ${deviceName} is not encrypted`] : [],
  );
}

const CHECKS: Readonly<Record<string, (props: CheckedResource["props"]) => string[]>> = {
  "aws:rds/instance:Instance": instance,
  "aws:rds/cluster:Cluster": (props) => needs(props, ["storageEncrypted"]),
  "aws:rds/proxy:Proxy": (props) => needs(props, ["requireTls"]),
  "aws:elasticache/replicationGroup:ReplicationGroup": (props) =>
    needs(props, ["atRestEncryptionEnabled", "transitEncryptionEnabled"]),
  "aws:ebs/volume:Volume": (props) => needs(props, ["encrypted"]),
  "aws:efs/fileSystem:FileSystem": (props) => needs(props, ["encrypted"]),
  "aws:ec2/launchTemplate:LaunchTemplate": volumes,
};

/** Data at rest, and data on the way where AWS leaves it open. Buckets are encrypted by AWS whatever one says. */
export const encryption: Rule = ({ type, props }) => CHECKS[type]?.(props) ?? [];

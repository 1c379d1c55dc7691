import { type CheckedResource, isRecord, isTrue, objectsOf, type Rule } from "./rule";

type Props = CheckedResource["props"];

/** The volume of an image is in the clear as long as nothing says otherwise. */
const ROOT_IN_THE_CLEAR = "its root volume is not encrypted";

const needs = (props: Props, names: readonly string[]): string[] =>
  names.filter((name) => !isTrue(props[name])).map((name) => `${name} is not on`);

/** A database of its own. One that is made from another (the property names it) is encrypted as that one is. */
function database(copyOf: string): (props: Props) => string[] {
  return (props) => (props[copyOf] === undefined ? needs(props, ["storageEncrypted"]) : []);
}

const volume = (deviceName: unknown, encrypted: unknown): string[] =>
  isTrue(encrypted) ? [] : [`its volume ${deviceName} is not encrypted`];

function templateVolumes({ blockDeviceMappings }: Props): string[] {
  const mappings = objectsOf(blockDeviceMappings);
  if (mappings.length === 0) return [ROOT_IN_THE_CLEAR];
  // Those without `ebs` are disks of the host, which AWS encrypts.
  return mappings.flatMap(({ deviceName, ebs }) => (isRecord(ebs) ? volume(deviceName, ebs.encrypted) : []));
}

/** An instance that is launched from a template has the template's root volume, unless it names its own. */
function instanceVolumes({ rootBlockDevice, ebsBlockDevices, launchTemplate }: Props): string[] {
  const rootEncrypted = isRecord(rootBlockDevice)
    ? isTrue(rootBlockDevice.encrypted)
    : launchTemplate !== undefined;
  return [
    ...(rootEncrypted ? [] : [ROOT_IN_THE_CLEAR]),
    ...objectsOf(ebsBlockDevices).flatMap(({ deviceName, encrypted }) => volume(deviceName, encrypted)),
  ];
}

/** A node of a replication group is encrypted as the group is; alone it can have no more than TLS. */
const cacheCluster = (props: Props): string[] =>
  props.replicationGroupId === undefined ? needs(props, ["transitEncryptionEnabled"]) : [];

const CHECKS: Readonly<Record<string, (props: Props) => string[]>> = {
  "aws:rds/instance:Instance": database("replicateSourceDb"),
  "aws:rds/cluster:Cluster": (props) => needs(props, ["storageEncrypted"]),
  "aws:rds/globalCluster:GlobalCluster": database("sourceDbClusterIdentifier"),
  "aws:docdb/cluster:Cluster": (props) => needs(props, ["storageEncrypted"]),
  "aws:neptune/cluster:Cluster": (props) => needs(props, ["storageEncrypted"]),
  "aws:redshift/cluster:Cluster": (props) => needs(props, ["encrypted"]),
  "aws:rds/proxy:Proxy": (props) => needs(props, ["requireTls"]),
  "aws:elasticache/replicationGroup:ReplicationGroup": (props) =>
    needs(props, ["atRestEncryptionEnabled", "transitEncryptionEnabled"]),
  "aws:elasticache/cluster:Cluster": cacheCluster,
  "aws:ebs/volume:Volume": (props) => needs(props, ["encrypted"]),
  "aws:efs/fileSystem:FileSystem": (props) => needs(props, ["encrypted"]),
  "aws:ec2/launchTemplate:LaunchTemplate": templateVolumes,
  "aws:ec2/launchConfiguration:LaunchConfiguration": instanceVolumes,
  "aws:ec2/instance:Instance": instanceVolumes,
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": instanceVolumes,
};

/** Data at rest, and data on the way where AWS leaves it open. Buckets are encrypted by AWS whatever one says. */
export const encryption: Rule = ({ type, props }) => CHECKS[type]?.(props) ?? [];

import { instanceItem, PriceItem } from "../../components/aws/cost";
import { type Charge, type Part, part, UNKNOWN } from "./charge";
import { overridesOf } from "./instance-ceiling";
import { type CheckedResource, count, isRecord, isTrue, objectAt, objectsOf } from "./rule";
import { type LinkedResource, referring, type StackResource } from "./stack";

type Props = CheckedResource["props"];

const SCHEDULE = "aws:autoscaling/schedule:Schedule";
/** What instances are launched from. */
const TEMPLATES = new Set([
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/launchConfiguration:LaunchConfiguration",
]);

/** What gp3 has without pay. */
const GP3 = { iops: 3_000, throughput: 125 };

interface Volume {
  readonly type: string;
  readonly gib: unknown;
  readonly iops: unknown;
  readonly throughput: unknown;
}

/** So many volumes. The list of the package has the size of gp3 alone; everything else may be in a list of one's own. */
function volumeParts({ type, gib, iops, throughput }: Volume, volumes: number): Part[] {
  const paidIops = type === "gp3" ? count(iops, 0) - GP3.iops : type.startsWith("io") ? count(iops, 0) : 0;
  const paidThroughput = type === "gp3" ? count(throughput, 0) - GP3.throughput : 0;
  return [
    part(type === "gp3" ? PriceItem.VolumeGiB : `${type}-gib`, volumes * count(gib, 0)),
    part(`${type}-iops`, volumes * Math.max(0, paidIops)),
    part(`${type}-throughput-mibps`, volumes * Math.max(0, paidThroughput)),
  ];
}

/** Block devices of instances and templates; those that name no type have the image's, which is gp3 nowadays. */
function volumesOf({ props }: CheckedResource): readonly Volume[] {
  const mapped = objectsOf(props.blockDeviceMappings).flatMap(({ ebs }) => (isRecord(ebs) ? [ebs] : []));
  const root = isRecord(props.rootBlockDevice) ? [props.rootBlockDevice] : [];
  return [...mapped, ...root, ...objectsOf(props.ebsBlockDevices)].map((device) => ({
    type: String(device.volumeType ?? "gp3"),
    gib: device.volumeSize,
    iops: device.iops,
    throughput: device.throughput,
  }));
}

const hasPublicAddress = ({ associatePublicIpAddress, networkInterfaces }: Props): boolean =>
  isTrue(associatePublicIpAddress) ||
  objectsOf(networkInterfaces).some((one) => isTrue(one.associatePublicIpAddress));

const templatesOf = ({ refersTo }: StackResource): readonly LinkedResource[] =>
  refersTo.filter(({ type }) => TEMPLATES.has(type));

/** A volume of its own; AWS makes gp2 of one without a type. */
export const volume = ({ props }: StackResource): Part[] =>
  volumeParts(
    { type: String(props.type ?? "gp2"), gib: props.size, iops: props.iops, throughput: props.throughput },
    1,
  );

/** One instance; what it does not say is its template's. */
export function instance(one: StackResource): Part[] {
  const [template] = templatesOf(one);
  const own = volumesOf(one);
  const volumes = own.length > 0 || template === undefined ? own : volumesOf(template);
  const addressed = hasPublicAddress(one.props) || hasPublicAddress(template?.props ?? {});
  return [
    part(instanceItem(String(one.props.instanceType ?? template?.props.instanceType ?? UNKNOWN)), 1),
    ...volumes.flatMap((each) => volumeParts(each, 1)),
    part(PriceItem.PublicAddress, addressed ? 1 : 0),
  ];
}

/** Instances of a warm pool, beside the largest size of their group. */
function waitingInstances(pool: Props, largest: number): number {
  return Math.max(0, count(pool.minSize, 0), count(pool.maxGroupPreparedCapacity, 0) - largest);
}

/** Types that instances of a group may be of; with weights a large one stands for several. */
function typesOf({ props }: StackResource, ofTemplate: unknown, instances: number): readonly Charge[] {
  const overrides = overridesOf(props);
  const named = (type: unknown): string => instanceItem(String(type ?? UNKNOWN));
  if (overrides.length === 0) return part(named(ofTemplate), instances);
  return overrides.map(({ instanceType, instanceRequirements, weightedCapacity }) => ({
    item: named(isRecord(instanceRequirements) ? undefined : (instanceType ?? ofTemplate)),
    units: Math.ceil(instances / Math.max(1, count(weightedCapacity, 1))),
  }));
}

/** At the largest size that the group or one of its schedules allows, with what waits in its warm pool. */
export function group(one: StackResource, stack: readonly StackResource[]): Part[] {
  const templates = templatesOf(one);
  const ofTemplate = templates.map(({ props }) => props.instanceType).find((type) => type !== undefined);
  const sizes = [one, ...referring(stack, SCHEDULE, one)].map((each) => count(each.props.maxSize, 0));
  const largest = Math.max(0, ...sizes);
  const pool = objectAt(one.props, "warmPool");
  const waiting = waitingInstances(pool, largest);
  const running = largest + (pool.poolState === "Running" ? waiting : 0);
  const addressed = templates.some((template) => hasPublicAddress(template.props));
  return [
    typesOf(one, ofTemplate, running),
    // Those that wait stopped have their volumes.
    ...templates.flatMap(volumesOf).flatMap((each) => volumeParts(each, largest + waiting)),
    part(PriceItem.PublicAddress, addressed ? running : 0),
  ];
}

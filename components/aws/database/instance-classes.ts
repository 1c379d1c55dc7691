import { DatabaseEngine } from "../settings";

/** What one database instance class offers. */
export interface InstanceClass {
  /** E.g. `db.m7g.large`. */
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly engines: readonly DatabaseEngine[];
}

const GIB = 1024;
const RDS = [DatabaseEngine.Rds];
const BOTH = [DatabaseEngine.Rds, DatabaseEngine.Aurora];

/** Sizes of Graviton 3 by name: vCPUs. */
const GRAVITON_3 = {
  large: 2,
  xlarge: 4,
  "2xlarge": 8,
  "4xlarge": 16,
  "8xlarge": 32,
  "12xlarge": 48,
  "16xlarge": 64,
};

const graviton3 = (
  family: string,
  gibPerVcpu: number,
  engines: readonly DatabaseEngine[],
): readonly InstanceClass[] =>
  Object.entries(GRAVITON_3).map(([size, vcpus]) => ({
    name: `db.${family}.${size}`,
    vcpus,
    memoryMiB: vcpus * gibPerVcpu * GIB,
    engines,
  }));

const t4g = (
  size: string,
  vcpus: number,
  gib: number,
  engines: readonly DatabaseEngine[],
): InstanceClass => ({
  name: `db.t4g.${size}`,
  vcpus,
  memoryMiB: gib * GIB,
  engines,
});

/**
 * Classes that perfbed chooses from, of one processor generation where that is possible. db.t4g runs on CPU credits, in unlimited mode
 * unless the account says otherwise: it is not slowed down, but paid for what it uses above its baseline. Aurora has no db.m7g.
 *
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html and the page of the same name of the Aurora
 * guide, as of June 2025.
 */
export const INSTANCE_CLASSES: readonly InstanceClass[] = [
  t4g("micro", 2, 1, RDS),
  t4g("small", 2, 2, RDS),
  t4g("medium", 2, 4, BOTH),
  t4g("large", 2, 8, BOTH),
  t4g("xlarge", 4, 16, RDS),
  t4g("2xlarge", 8, 32, RDS),
  ...graviton3("m7g", 4, RDS),
  ...graviton3("r7g", 8, BOTH),
];

/** The class of that name; undefined for one that is not in the catalogue. */
export const instanceClassNamed = (name: string): InstanceClass | undefined =>
  INSTANCE_CLASSES.find((one) => one.name === name);

/**
 * The smallest class that holds so much: fewest vCPUs first, then least memory, then in the catalogue's order (burstable first).
 * @param cpu cores; fractions allowed
 * @returns undefined when none is large enough
 */
export function smallestInstanceClass(
  engine: DatabaseEngine,
  cpu: number,
  memoryMiB: number,
): InstanceClass | undefined {
  const [smallest] = INSTANCE_CLASSES.filter(
    (one) => one.engines.includes(engine) && one.vcpus >= cpu && one.memoryMiB >= memoryMiB,
  ).sort((a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB);
  return smallest;
}

/** What `awsx` is told of the subnets of one zone. */
export interface SubnetSpec {
  readonly type: "Public" | "Private" | "Isolated" | "Unused";
  readonly name?: string;
  /** Length of the network mask; an even share of the zone when absent. */
  readonly cidrMask?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface PlacedSubnet {
  readonly spec: SubnetSpec;
  readonly zone: string;
  /** From 1. */
  readonly zoneNumber: number;
  readonly cidrBlock: string;
}

function parseCidr(text: string): { readonly base: number; readonly mask: number } {
  const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  if (found === null) throw new Error(`${text} is no IPv4 range`);
  const [a = 0, b = 0, c = 0, d = 0, mask = 0] = found.slice(1).map(Number);
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, mask };
}

const formatCidr = (base: number, mask: number): string =>
  `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${mask}`;

/**
 * The `Auto` layout: zones share the network evenly, and each zone places its subnets in the order given, aligned to their size.
 * @throws Error when a zone is too small
 */
export function layOutSubnets(
  network: string,
  zones: readonly string[],
  specs: readonly SubnetSpec[],
): readonly PlacedSubnet[] {
  const { base, mask } = parseCidr(network);
  const zoneMask = mask + Math.ceil(Math.log2(zones.length));
  const evenMask = zoneMask + Math.ceil(Math.log2(Math.max(1, specs.length)));
  return zones.flatMap((zone, index) => {
    const start = base + index * 2 ** (32 - zoneMask);
    let next = start;
    return specs.map((spec) => {
      const subnetMask = spec.cidrMask ?? evenMask;
      const size = 2 ** (32 - subnetMask);
      const from = Math.ceil(next / size) * size;
      next = from + size;
      if (next > start + 2 ** (32 - zoneMask))
        throw new Error(`the subnets of ${zone} do not fit into ${network}`);
      return { spec, zone, zoneNumber: index + 1, cidrBlock: formatCidr(from, subnetMask) };
    });
  });
}

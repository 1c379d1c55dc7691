import type { Problem } from "../../../core/errors";
import { AppFlavour, type AwsSettings, FleetFlavour, NatStrategy, type NetworkSettings } from "../settings";
import { choice, inRange, matches, problem, unique } from "../settings-checks";

/** Services with an interface endpoint that something of the environment speaks to. */
const INTERFACE_ENDPOINTS = [
  "ssm",
  "ssmmessages",
  "ec2messages",
  "logs",
  "ecr.api",
  "ecr.dkr",
  "secretsmanager",
  "autoscaling",
];

/** Without a way out: Systems Manager to reach instances, and where they log. The app tier names what it needs beside these. */
const INSTANCE_ENDPOINTS = ["ssm", "ssmmessages", "ec2messages", "logs"];
const TASK_ENDPOINTS = ["ecr.api", "ecr.dkr", "logs"];

const MASK = { min: 16, max: 22 };
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

interface Range {
  readonly address: number;
  readonly mask: number;
}

function parseRange(text: string): Range | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (found === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, mask = 0] = found.slice(1).map(Number);
  if ([a, b, c, d].some((byte) => byte > 255) || mask > 32) return undefined;
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, mask };
}

/** Arithmetic instead of bit operators, which would make addresses from 128.0.0.0 on negative. */
const networkOf = (address: number, mask: number): number => Math.floor(address / 2 ** (32 - mask));

/** A private range whose address is that of the network itself, as AWS asks. */
function isPrivateNetwork({ address, mask }: Range): boolean {
  if (address % 2 ** (32 - mask) !== 0) return false;
  return PRIVATE_RANGES.some((text) => {
    const range = parseRange(text);
    return (
      range !== undefined &&
      mask >= range.mask &&
      networkOf(address, range.mask) === networkOf(range.address, range.mask)
    );
  });
}

function cidrProblems(cidrBlock: string): Problem[] {
  const range = parseRange(cidrBlock);
  if (range !== undefined && range.mask >= MASK.min && range.mask <= MASK.max && isPrivateNetwork(range)) {
    return [];
  }
  const allowed = `a private IPv4 network from /${MASK.min} to /${MASK.max}, like 10.64.0.0/16`;
  return [problem("aws.network.cidrBlock", cidrBlock, allowed, `Private are ${PRIVATE_RANGES.join(", ")}.`)];
}

function endpointProblems({ interfaceEndpoints }: NetworkSettings): Problem[] {
  const field = "aws.network.interfaceEndpoints";
  return [
    ...interfaceEndpoints.flatMap((endpoint, index) =>
      INTERFACE_ENDPOINTS.includes(endpoint)
        ? []
        : [problem(`${field}[${index}]`, endpoint, `one of ${INTERFACE_ENDPOINTS.join(", ")}`)],
    ),
    ...unique(field, interfaceEndpoints),
  ];
}

/** Images that can be had without the internet: those of the region's own registry. */
const isRegistryOf = (region: string, image: string): boolean =>
  image.split("/")[0]?.endsWith(`.dkr.ecr.${region}.amazonaws.com`) ?? false;

/** What cannot be had, and what has to be reached in other ways, when nothing leads out of the network. */
function closedNetworkProblems({ region, network, app, fleet }: AwsSettings): Problem[] {
  if (network.nat !== NatStrategy.None) return [];
  const found: Problem[] = [];
  const onInstances = app.flavour === AppFlavour.Ec2;
  const needed = new Set([
    ...(onInstances ? INSTANCE_ENDPOINTS : []),
    ...(fleet.flavour === FleetFlavour.Fargate ? TASK_ENDPOINTS : []),
  ]);
  const missing = [...needed].filter((endpoint) => !network.interfaceEndpoints.includes(endpoint));
  if (missing.length > 0) {
    const allowed = `with ${missing.join(", ")} as well, as long as there is no NAT`;
    found.push(problem("aws.network.interfaceEndpoints", network.interfaceEndpoints, allowed));
  }
  if (onInstances && app.packages.length > 0) {
    const hint = "Put them into an image of your own: aws.app.imageId.";
    found.push(problem("aws.app.packages", app.packages, "none, as long as there is no NAT", hint));
  }
  const images = [
    ["aws.app.containerImage", onInstances ? undefined : app.containerImage],
    ["aws.fleet.containerImage", fleet.flavour === FleetFlavour.Fargate ? fleet.containerImage : undefined],
  ] as const;
  for (const [field, image] of images) {
    if (image !== undefined && !isRegistryOf(region, image)) {
      found.push(problem(field, image, `an image in ECR in ${region}, as long as there is no NAT`));
    }
  }
  if (fleet.allowedHosts.length > 0) {
    const allowed = "none, as long as there is no NAT";
    found.push(problem("aws.fleet.allowedHosts", fleet.allowedHosts, allowed, "They cannot be reached."));
  }
  return found;
}

export const REGION = {
  // China and GovCloud have CloudFront in other forms or not at all.
  pattern: /^(?!cn-)[a-z]{2}-[a-z]+-\d$/,
  allowed: "a region of AWS's standard partition, like eu-west-1",
};

/** Everything wrong with region and network, and with what the tiers would need of the network. */
export function networkProblems(settings: AwsSettings): Problem[] {
  const { region, network } = settings;
  return [
    ...matches("aws.region", region, REGION),
    ...cidrProblems(network.cidrBlock),
    ...inRange("aws.network.availabilityZones", network.availabilityZones, { min: 2, max: 3 }),
    ...choice("aws.network.nat", network.nat, NatStrategy),
    ...endpointProblems(network),
    ...closedNetworkProblems(settings),
  ];
}

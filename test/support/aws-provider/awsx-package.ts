import { type ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { InputSchema } from "./input-schema";
import { Monitor, type Registered } from "./monitor";
import { Props } from "./props";
import type { ProviderPackage } from "./server";
import { layOutSubnets, type PlacedSubnet, type SubnetSpec } from "./subnet-layout";
import { fromWire, type PropertyMap, resourceReference, toWire } from "./wire";

const VPC = "awsx:ec2:Vpc";
const ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones";
const SUBNET_TYPES = ["Public", "Private", "Isolated", "Unused"] as const;
const DEFAULT_SPECS: readonly SubnetSpec[] = [{ type: "Public" }, { type: "Private" }];

const noResources = async (): Promise<never> => {
  throw new Error("awsx has components only");
};

/** Package `awsx`: the component `awsx:ec2:Vpc` of one layout, made of the same children under the same names as the real one. */
export class AwsxPackage implements ProviderPackage {
  readonly name = "awsx";
  readonly version: string;
  readonly #schema = new InputSchema("@pulumi/awsx");
  readonly check = noResources;
  readonly diff = noResources;
  readonly create = noResources;
  readonly read = noResources;
  readonly update = noResources;
  readonly delete = noResources;

  /** @param awsVersion version of `@pulumi/aws` that the children ask for: the program's own, so that one provider serves both */
  constructor(private readonly awsVersion: string) {
    this.version = this.#schema.version;
  }

  async construct(request: ConstructRequest): Promise<ConstructResponse> {
    const [type, name, inputs] = [request.getType(), request.getName(), fromWire(request.getInputs())];
    if (type !== VPC) throw new Error(`the stand-in for awsx knows ${VPC} only, not ${type}`);
    const problems = this.#schema.check(type, inputs).map(({ path, reason }) => `${path}: ${reason}`);
    if (problems.length > 0) throw new Error(`${type} ${name}: ${problems.join("; ")}`);
    const providers = new Map(request.getProvidersMap().toArray());
    const monitor = new Monitor(request.getMonitorendpoint(), { version: this.awsVersion, providers });
    try {
      const urn = await monitor.registerComponent(type, name, request.getParent());
      const dependsOn = request.getDependenciesList();
      const vpc = new VpcBuilder(monitor, name, urn, dependsOn, this.awsVersion);
      const outputs = await vpc.build(new Props(inputs), () => zonesOfRegion(monitor));
      await monitor.registerOutputs(urn, outputs);
      const response = new ConstructResponse();
      response.setUrn(urn);
      response.setState(toWire(outputs));
      return response;
    } finally {
      monitor.close();
    }
  }
}

interface MadeSubnet extends PlacedSubnet {
  readonly subnet: Registered;
}

class VpcBuilder {
  readonly #made: { readonly type: string; readonly resource: Registered }[] = [];

  constructor(
    private readonly monitor: Monitor,
    private readonly name: string,
    private readonly component: string,
    private readonly dependsOn: readonly string[],
    private readonly version: string,
  ) {}

  async build(inputs: Props, regionZones: () => Promise<readonly string[]>): Promise<PropertyMap> {
    const tags = inputs.map("tags");
    const cidrBlock = inputs.maybeText("cidrBlock") ?? "10.0.0.0/16";
    const { name } = this;
    const vpc = await this.#make("aws:ec2/vpc:Vpc", name, this.component, this.dependsOn, {
      cidrBlock,
      enableDnsHostnames: inputs.maybeFlag("enableDnsHostnames"),
      enableDnsSupport: inputs.maybeFlag("enableDnsSupport"),
      instanceTenancy: inputs.maybeText("instanceTenancy"),
      tags: { Name: name, ...tags },
    });
    const gateway = await this.#make("aws:ec2/internetGateway:InternetGateway", name, vpc.urn, [vpc.urn], {
      vpcId: vpc.id,
      tags: { Name: name, ...tags },
    });
    const specs = subnetSpecs(inputs);
    const placed = layOutSubnets(cidrBlock, await zonesOf(inputs, regionZones), specs).filter(
      ({ spec }) => spec.type !== "Unused",
    );
    const subnets: MadeSubnet[] = [];
    const natGateways: Registered[] = [];
    const strategy = inputs.object("natGateways")?.text("strategy") ?? "OnePerAz";
    // Public ones first: the gateways that private ones go out through stand in them.
    for (const item of placed.toSorted(
      (a, b) => Number(b.spec.type === "Public") - Number(a.spec.type === "Public"),
    )) {
      const made = await this.#subnet(item, vpc, gateway, natGateways, tags);
      subnets.push(made);
      const wanted = strategy === "OnePerAz" || (strategy === "Single" && natGateways.length === 0);
      const private_ = specs.some(({ type }) => type === "Private");
      if (item.spec.type === "Public" && wanted && private_) natGateways.push(await this.#nat(made, tags));
    }
    await this.#endpoints(inputs, vpc, tags);
    return this.#outputs(vpc, gateway, subnets);
  }

  async #subnet(
    item: PlacedSubnet,
    vpc: Registered,
    gateway: Registered,
    natGateways: readonly Registered[],
    tags: Record<string, string>,
  ): Promise<MadeSubnet> {
    const { spec, zone, zoneNumber, cidrBlock } = item;
    const name = `${this.name}-${spec.name ?? spec.type.toLowerCase()}-${zoneNumber}`;
    const ownTags = { Name: name, ...tags, SubnetType: spec.type, ...spec.tags };
    const subnet = await this.#make("aws:ec2/subnet:Subnet", name, vpc.urn, [vpc.urn], {
      vpcId: vpc.id,
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: spec.type === "Public",
      tags: ownTags,
    });
    const table = await this.#make("aws:ec2/routeTable:RouteTable", name, subnet.urn, [vpc.urn], {
      vpcId: vpc.id,
      tags: ownTags,
    });
    const association = "aws:ec2/routeTableAssociation:RouteTableAssociation";
    const ids = { routeTableId: table.id, subnetId: subnet.id };
    await this.#make(association, name, table.urn, [table.urn, subnet.urn], ids);
    const nat = natGateways[zoneNumber - 1] ?? natGateways[0];
    const way =
      spec.type === "Public"
        ? { gatewayId: gateway }
        : spec.type === "Private" && nat
          ? { natGatewayId: nat }
          : {};
    for (const [key, target] of Object.entries(way)) {
      await this.#make("aws:ec2/route:Route", name, table.urn, [table.urn, target.urn], {
        routeTableId: table.id,
        destinationCidrBlock: "0.0.0.0/0",
        [key]: target.id,
      });
    }
    return { ...item, subnet };
  }

  async #nat({ subnet, zoneNumber }: MadeSubnet, tags: Record<string, string>): Promise<Registered> {
    const name = `${this.name}-${zoneNumber}`;
    const named = { tags: { Name: name, ...tags } };
    const eip = await this.#make("aws:ec2/eip:Eip", name, subnet.urn, [], { domain: "vpc", ...named });
    const inputs = { subnetId: subnet.id, allocationId: eip.id, ...named };
    return this.#make("aws:ec2/natGateway:NatGateway", name, subnet.urn, [subnet.urn, eip.urn], inputs);
  }

  async #endpoints(inputs: Props, vpc: Registered, tags: Record<string, string>): Promise<void> {
    for (const spec of inputs.objects("vpcEndpointSpecs")) {
      const name = `${this.name}-${spec.text("serviceName").split(".").at(-1)}`;
      await this.#make("aws:ec2/vpcEndpoint:VpcEndpoint", name, vpc.urn, [vpc.urn], {
        ...spec.all,
        vpcId: vpc.id,
        tags: { ...tags, ...spec.map("tags") },
      });
    }
  }

  #outputs(vpc: Registered, gateway: Registered, subnets: readonly MadeSubnet[]): PropertyMap {
    const reference = ({ urn, id }: Registered): PropertyMap => resourceReference(urn, id, this.version);
    const ofType = (type: string): PropertyMap[] =>
      this.#made.filter((item) => item.type === type).map(({ resource }) => reference(resource));
    // As they were specified, zone by zone, not as they were made.
    const sorted = subnets.toSorted((a, b) => a.zoneNumber - b.zoneNumber);
    const kind = (type: SubnetSpec["type"]): MadeSubnet[] => sorted.filter(({ spec }) => spec.type === type);
    const idsOf = (items: readonly MadeSubnet[]): string[] => items.map(({ subnet }) => subnet.id);
    const refsOf = (items: readonly MadeSubnet[]): PropertyMap[] =>
      items.map(({ subnet }) => reference(subnet));
    return {
      vpc: reference(vpc),
      vpcId: vpc.id,
      internetGateway: reference(gateway),
      subnets: refsOf(sorted),
      publicSubnetIds: idsOf(kind("Public")),
      privateSubnetIds: idsOf(kind("Private")),
      isolatedSubnetIds: idsOf(kind("Isolated")),
      publicSubnets: refsOf(kind("Public")),
      privateSubnets: refsOf(kind("Private")),
      isolatedSubnets: refsOf(kind("Isolated")),
      eips: ofType("aws:ec2/eip:Eip"),
      natGateways: ofType("aws:ec2/natGateway:NatGateway"),
      routeTables: ofType("aws:ec2/routeTable:RouteTable"),
      routeTableAssociations: ofType("aws:ec2/routeTableAssociation:RouteTableAssociation"),
      routes: ofType("aws:ec2/route:Route"),
      vpcEndpoints: ofType("aws:ec2/vpcEndpoint:VpcEndpoint"),
      subnetLayout: [],
    };
  }

  async #make(
    type: string,
    name: string,
    parent: string,
    dependsOn: readonly string[],
    inputs: PropertyMap,
  ): Promise<Registered> {
    const resource = await this.monitor.register({ type, name, parent, dependsOn, inputs });
    this.#made.push({ type, resource });
    return resource;
  }
}

function subnetSpecs(inputs: Props): readonly SubnetSpec[] {
  if (!inputs.has("subnetSpecs")) return DEFAULT_SPECS;
  return inputs.objects("subnetSpecs").map((spec) => {
    const [type, name, cidrMask] = [spec.text("type"), spec.maybeText("name"), spec.maybeNumber("cidrMask")];
    const known = SUBNET_TYPES.find((item) => item === type);
    if (known === undefined) throw new Error(`there is no type ${type} of subnet`);
    return {
      type: known,
      tags: spec.map("tags"),
      ...(name === undefined ? {} : { name }),
      ...(cidrMask === undefined ? {} : { cidrMask }),
    };
  });
}

/** As the provider of the component's children says. */
async function zonesOfRegion(monitor: Monitor): Promise<readonly string[]> {
  const { names } = await monitor.invoke(ZONES, { state: "available" });
  if (!Array.isArray(names)) throw new Error(`${ZONES} named no zones`);
  return names.map(String);
}

async function zonesOf(
  inputs: Props,
  regionZones: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const named = inputs.texts("availabilityZoneNames");
  if (named.length > 0) return named;
  const count = inputs.maybeNumber("numberOfAvailabilityZones") ?? 3;
  return (await regionZones()).slice(0, count);
}

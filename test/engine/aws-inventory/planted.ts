import { AwsClients } from "../../../inventory/aws/clients";
import type { AwsAccess } from "../../../inventory/aws/model";
import { plantBalancer, plantContainers, plantInstances, plantNetwork } from "./planted-compute";
import { plantBucket, plantData, plantEdge, plantGuard } from "./planted-services";
import type { PlantedIds, PlantOptions } from "./planted-support";

export { accessTo, REGION } from "./planted-support";

const tagsOf = (id: string, { expiresAt, regions = [] }: PlantOptions) => [
  { Key: "perfbed:environment", Value: id },
  { Key: "perfbed:owner", Value: "ci" },
  { Key: "perfbed:expires-at", Value: expiresAt ?? "2099-01-01T00:00:00.000Z" },
  ...(regions.length === 0 ? [] : [{ Key: "perfbed:regions", Value: regions.join(" ") }]),
];

/** The network of its generators in another region. */
export async function plantFurtherNetwork(
  id: string,
  access: AwsAccess,
  region: string,
  options: PlantOptions = {},
): Promise<Omit<PlantedIds, "bucket">> {
  const clients = new AwsClients({ ...access, region });
  try {
    return await plantNetwork(clients, tagsOf(id, options), region);
  } finally {
    clients.close();
  }
}

/**
 * An environment with a part of nearly every kind that moto knows, made over the API, as a crashed `up` would have left it: there is no Pulumi
 * state of it.
 */
export async function plantEnvironment(
  id: string,
  access: AwsAccess,
  options: PlantOptions = {},
): Promise<PlantedIds> {
  const clients = new AwsClients(access);
  const tags = tagsOf(id, options);
  try {
    const network = await plantNetwork(clients, tags);
    await plantInstances(id, clients, tags, network.subnetIds);
    await plantContainers(id, clients, tags);
    await plantBalancer(id, clients, tags, network.vpcId, network.subnetIds);
    await plantData(id, clients, tags, network.subnetIds, options);
    await plantEdge(id, clients, tags);
    await plantGuard(id, clients, tags);
    const bucket = await plantBucket(id, clients, tags);
    return { ...network, bucket };
  } finally {
    clients.close();
  }
}

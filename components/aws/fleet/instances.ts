import * as pulumi from "@pulumi/pulumi";
import type { FleetArgs, GeneratorSlot } from "../../contracts";
import { apmPermissions, apmSecretArns } from "../apm/permissions";
import { readSecrets } from "../app/instance-role";
import type { AwsContext } from "../context";
import { createNetworkPolicy } from "../guard/expiry";
import { createInstanceProfile } from "../instances/roles";
import { regionalProvider } from "../provider";
import { AwsFleetRegion } from "./further-region";
import { createFleetGroup, fleetGroupName, withoutTracing } from "./group";
import { type GeneratorLocation, generatorSlots } from "./locations";
import { fleetPermissions } from "./permissions";
import { generatorRegions, generatorsByRegion } from "./regions";

/** The fleet as instances: a group in every region that it has generators in, all with one role. */
export function createFleetInstances(
  name: string,
  args: FleetArgs,
  context: AwsContext,
  parent: pulumi.Resource,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<GeneratorSlot[]> {
  const { environment, sizing } = args;
  const { settings } = context;
  const ground = context.ground();
  const groupName = fleetGroupName(environment);
  const apm = withoutTracing(args.apm);
  const regions = generatorRegions(settings, sizing.generators);
  const byRegion = generatorsByRegion(settings, sizing.generators);
  const profile = createInstanceProfile(
    `${name}-instance`,
    {
      environment,
      title: "fleet",
      bucketArn: ground.bucketArn,
      statements: ground.bucketArn.apply((arn) => [
        ...fleetPermissions(arn, [...byRegion.keys()], groupName),
        ...(apmSecretArns(apm).length === 0 ? [] : [readSecrets(apmSecretArns(apm))]),
        ...apmPermissions(apm, arn),
      ]),
    },
    options,
  );
  const common = { environment, settings, apm, bucketName: ground.bucketName, profileArn: profile.arn };
  const groupNames = [...byRegion].map(([region, generators]) => {
    if (region === settings.region) {
      const subnetIds = ground.subnets.privateIds;
      const place = { subnetIds, securityGroupId: ground.securityGroups.fleet, parent };
      return createFleetGroup(name, { ...common, ...place, region, generators }, options).name;
    }
    const provider =
      context.providers?.[region] ?? regionalProvider(`${name}-${region}-provider`, region, { parent });
    const further = new AwsFleetRegion(
      `${name}-${region}`,
      { ...common, region, generators },
      // What costs money waits for the guard that ends it.
      pulumi.mergeOptions(options, {
        providers: [provider],
        dependsOn: [...(ground.guard?.schedules ?? [])],
      }),
    );
    if (ground.guard !== undefined) {
      createNetworkPolicy(ground.guard, { vpcId: further.vpcId, region }, options);
    }
    return further.groupName;
  });
  return pulumi
    .all(groupNames)
    .apply(() =>
      generatorSlots(sizing.generators, (index) => placeOf(index, regions, settings.region, groupName)),
    );
}

/** The first generator of a region is the first of its group, and so on. @param index counts from 1 */
function placeOf(
  index: number,
  regions: readonly string[],
  home: string,
  groupName: string,
): GeneratorLocation {
  const region = regions[index - 1] ?? home;
  const position = regions.slice(0, index).filter((one) => one === region).length;
  return { kind: "asg", ...(region === home ? {} : { region }), groupName, index: position };
}

import { setTimeout as delay } from "node:timers/promises";
import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { type GeneratorLocation, parseLocation } from "../../../../components/aws/fleet/locations";
import type { GeneratorSlot } from "../../../../components/contracts";
import { EnvironmentError } from "../../../../core/errors";
import type { AwsClients } from "../clients";
import { InstanceGenerator } from "./instance";
import type { TaskNetwork } from "./task";

/** How the work on a generator goes, as the service that runs it says. */
export type RemoteState =
  | { readonly running: true }
  | { readonly running: false; readonly succeeded: boolean; readonly said: string };

/** One place of the fleet: runs a script, tells how it goes, ends it. */
export interface RemoteGenerator {
  readonly name: string;
  /** Instance or task, for the manifest and for messages; with its region where that is not the environment's own. */
  readonly place: string;
  /** Where that is not the environment's own. */
  readonly region?: string;
  /** @param limitSeconds the service ends it after that long */
  start(script: string, limitSeconds: number): Promise<void>;
  state(): Promise<RemoteState>;
  /** Asks it to store its samples and end. */
  stop(folder: string): Promise<void>;
  /** Ends it as it is. */
  kill(): Promise<void>;
}

/** What stands at each slot now. @throws EnvironmentError PERFBED_GENERATOR_MISSING naming every slot without one */
export async function locateGenerators(
  slots: readonly GeneratorSlot[],
  clients: AwsClients,
  environmentId: string,
): Promise<readonly RemoteGenerator[]> {
  const places = slots.map((slot) => ({ slot, location: parseLocation(slot.location) }));
  /** By region: an environment has one group in each. */
  const groups = new Map<string, readonly string[]>();
  let network: TaskNetwork | undefined;
  const found: RemoteGenerator[] = [];
  const missing: string[] = [];
  for (const { slot, location } of places) {
    if (location.kind === "ecs") {
      // Loaded where there are tasks: it knows the component that makes them, and waits for its libraries.
      const { TaskGenerator, taskNetwork } = await import("./task");
      network ??= await taskNetwork(clients.ec2, environmentId);
      found.push(new TaskGenerator(slot.name, location, network, clients.ecs));
      continue;
    }
    const { region = clients.region } = location;
    const local = clients.in(region);
    const known = groups.get(region) ?? (await inService(location, local));
    groups.set(region, known);
    const instanceId = known[location.index - 1];
    const where = location.region === undefined ? "" : ` in ${location.region}`;
    if (instanceId === undefined)
      missing.push(`${slot.name} (${location.groupName}${where} #${location.index})`);
    else found.push(new InstanceGenerator(slot.name, instanceId, local.ssm, location.region));
  }
  if (missing.length > 0) {
    throw new EnvironmentError(
      "PERFBED_GENERATOR_MISSING",
      `There is no instance in service for ${missing.join(", ")}`,
      { hint: "The group replaces lost instances by itself: try again in some minutes." },
    );
  }
  return found;
}

/** Ids of a group's instances in service, sorted: the same order at every look. */
async function inService(
  location: Extract<GeneratorLocation, { kind: "asg" }>,
  { autoScaling }: AwsClients,
): Promise<readonly string[]> {
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [location.groupName] }),
  );
  return (AutoScalingGroups[0]?.Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === "InService")
    .flatMap(({ InstanceId }) => InstanceId ?? [])
    .sort();
}

/** Waits until every one has ended, or the deadline has come. @returns those that still run */
export async function waitUntilEnded(
  generators: readonly RemoteGenerator[],
  deadlineMs: number,
  pollMs: number,
): Promise<readonly RemoteGenerator[]> {
  const until = performance.now() + deadlineMs;
  let left = generators;
  for (;;) {
    const states = await Promise.all(left.map(async (one) => ({ one, state: await one.state() })));
    left = states.filter(({ state }) => state.running).map(({ one }) => one);
    if (left.length === 0 || performance.now() > until) return left;
    await delay(pollMs);
  }
}

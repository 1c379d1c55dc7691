import * as sdk from "@aws-sdk/client-ec2";
import { type Aws, isGone } from "../api";

/** Network interfaces go with what they are made for; the emulator leaves some behind. */
export async function removeInterfaces(ids: readonly (string | undefined)[], aws: Aws): Promise<void> {
  for (const NetworkInterfaceId of ids) {
    if (NetworkInterfaceId === undefined) continue;
    try {
      await aws.unrecorded(sdk.EC2Client).send(new sdk.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Ends instances as AWS does with those of a group that is removed by force: protected ones as well, and their interfaces with them. */
export async function terminateInstances(InstanceIds: string[], aws: Aws): Promise<void> {
  if (InstanceIds.length === 0) return;
  const client = aws.unrecorded(sdk.EC2Client);
  const { Reservations = [] } = await client.send(new sdk.DescribeInstancesCommand({ InstanceIds }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  await client.send(new sdk.TerminateInstancesCommand({ InstanceIds }));
  const interfaces = instances.flatMap(({ NetworkInterfaces = [] }) => NetworkInterfaces);
  await removeInterfaces(
    interfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
    aws,
  );
}

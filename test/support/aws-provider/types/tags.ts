import {
  CreateTagsCommand,
  DeleteTagsCommand,
  EC2Client,
  type ResourceType as Ec2Kind,
} from "@aws-sdk/client-ec2";
import type { Aws } from "../api";
import { type Props, tagChanges } from "../props";

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as a property; those of AWS's own are not the program's. */
export function tagMap(tags: readonly Tag[] | undefined): Record<string, string> {
  const own = (tags ?? []).filter(({ Key = "" }) => !Key.startsWith("aws:"));
  return Object.fromEntries(own.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

export function ec2Tags(
  kind: Ec2Kind,
  inputs: Props,
): { ResourceType: Ec2Kind; Tags: { Key: string; Value: string }[] }[] {
  const Tags = inputs.tags();
  return Tags.length === 0 ? [] : [{ ResourceType: kind, Tags }];
}

export async function updateEc2Tags(id: string, news: Props, olds: Props, aws: Aws): Promise<void> {
  const { set, removed } = tagChanges(olds, news);
  const ec2 = aws.client(EC2Client);
  if (removed.length > 0) {
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: removed.map((Key) => ({ Key })) }));
  }
  if (set.length > 0) await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: set }));
}

/** For services with one call to set tags and one to remove them. */
export async function updateTags(
  news: Props,
  olds: Props,
  calls: {
    set(tags: { Key: string; Value: string }[]): Promise<unknown>;
    remove(keys: string[]): Promise<unknown>;
  },
): Promise<void> {
  const { set, removed } = tagChanges(olds, news);
  if (removed.length > 0) await calls.remove(removed);
  if (set.length > 0) await calls.set(set);
}

import { ENVIRONMENT_TAG } from "../../../components/tagging";
import type { World } from "../kind";

export interface Filter {
  readonly Name: string;
  readonly Values: string[];
}

type Scope = Pick<World, "environmentId" | "vpcIds">;

export const tagFilter = ({ environmentId }: Pick<World, "environmentId">): Filter => ({
  Name: `tag:${ENVIRONMENT_TAG}`,
  Values: [environmentId],
});

/** Two questions: what carries the tag, and what is in the environment's networks; the second only where there are any. */
export function networkFilters(world: Scope, name = "vpc-id"): Filter[][] {
  const inNetwork = world.vpcIds.length === 0 ? [] : [[{ Name: name, Values: [...world.vpcIds] }]];
  return [[tagFilter(world)], ...inNetwork];
}

import type { PulumiFn } from "@pulumi/pulumi/automation";
import { awsSizings, createAwsTiers } from "../../../components/aws";

export interface TiersProgram {
  /** Where the function that ends the environment has its code. */
  readonly sweeperCode: string;
}

/** What docs/pulumi.md shows: a database alone, with a transform on what the component has no setting for. */
export default function program({ sweeperCode }: TiersProgram): PulumiFn {
  return async () => {
    const tiers = createAwsTiers({ settings: { region: "eu-west-1" }, sweeperCode });
    const environment = { id: "pb-alone", owner: "ci", expiresAt: "2030-01-01T00:00:00.000Z", tags: {} };
    const foundation = tiers.foundation("alone-foundation", { environment }, {});
    const database = tiers.database(
      "alone-database",
      { environment, sizing: awsSizings.small.database },
      {
        dependsOn: [foundation],
        transforms: [
          ({ type, props, opts }) =>
            type === "aws:rds/instance:Instance"
              ? { props: { ...props, tags: { ...props.tags, costCentre: "4711" } }, opts }
              : undefined,
        ],
      },
    );
    return { databaseUrl: database.writerUrl };
  };
}

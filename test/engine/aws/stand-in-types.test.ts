import { join } from "node:path";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { type AwsStack, openAwsStack } from "../support/aws-stack";
import type { Catalogue } from "./catalogue/program";

jest.setTimeout(300_000);

let moto: MotoServer;
let stack: AwsStack;

beforeAll(async () => {
  moto = await startMoto();
  stack = await openAwsStack({ motoUrl: moto.url });
});
afterAll(async () => {
  stack?.dispose();
  await moto?.stop();
});

const program = (phase: Catalogue["phase"]) => ({
  module: join(__dirname, "catalogue/program.ts"),
  args: { phase } satisfies Catalogue,
});

async function taggedArns(): Promise<string[]> {
  const client = new ResourceGroupsTaggingAPIClient({
    region: "eu-west-1",
    endpoint: moto.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { ResourceTagMappingList = [] } = await client.send(
    new GetResourcesCommand({
      TagFilters: [{ Key: "purpose", Values: ["catalogue"] }],
      ResourcesPerPage: 100,
    }),
  );
  return ResourceTagMappingList.map(({ ResourceARN = "" }) => ResourceARN);
}

/** What has ended keeps its tags for a while, in AWS for an hour or so and in the emulator for ever. */
const GOES_ON_BEING_LISTED = /:instance\/|:natgateway\/|:ecs:|:replicationgroup:/;

test("every type is made, found unchanged, changed and removed", async () => {
  const first = await stack.up(program("first"));
  expect(Object.keys(first.changes)).toEqual(["create"]);
  const made = new Set(
    stack
      .storedState()
      .match(/"aws:[a-z0-9]+\/\w+:\w+"/g)
      ?.map((token) => JSON.parse(token)),
  );
  expect([...made].sort()).toEqual(await stack.standIn.types());
  expect((await taggedArns()).length).toBeGreaterThan(20);

  const again = await stack.up(program("first"));
  expect(again.changes).toEqual({ same: first.changes.create });
  await stack.refresh({ expectNoChanges: true });

  const changed = await stack.up(program("changed"));
  expect(changed.changes.update).toBeGreaterThan(20);
  await stack.refresh({ expectNoChanges: true });

  await stack.destroy();
  expect((await taggedArns()).filter((arn) => !GOES_ON_BEING_LISTED.test(arn))).toEqual([]);
  expect(stack.standIn.kept()).toEqual([]);
});

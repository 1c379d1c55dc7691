import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { defaultSweeperCode } from "../../../components/aws/guard/expiry";
import { packageRoot } from "../../../core/home";
import { takeAwsInventory } from "../../../inventory/aws";
import { type MotoFront, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { accessTo, plantEnvironment, REGION } from "./planted";

/** The folder that goes to Lambda, in a process of its own and a folder that has nothing but it and the AWS SDK, as in Lambda. */
jest.setTimeout(180_000);

const run = promisify(execFile);
const EXPIRED = "2020-01-01T00:00:00.000Z";

let moto: MotoServer;
let front: MotoFront;
let folder: string;

beforeAll(async () => {
  moto = await startMoto();
  front = await startMotoFront({ motoUrl: moto.url });
  folder = mkdtempSync(join(tmpdir(), "perfbed-lambda-"));
  cpSync(defaultSweeperCode(), join(folder, "task"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(packageRoot(), "node_modules/@aws-sdk"), join(folder, "node_modules/@aws-sdk"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await front?.stop();
  await moto?.stop();
});

async function invoke(event: unknown, variables: Readonly<Record<string, string>>): Promise<unknown> {
  const program = `require("./index").handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 150000 })
    .then(() => {}, (error) => { console.log(JSON.stringify({ error: error.message })); });`;
  const { stdout } = await run(process.execPath, ["-e", program], {
    cwd: join(folder, "task"),
    env: {
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: front.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ...variables,
    },
  });
  return JSON.parse(stdout);
}

test("the built function ends its expired environment and itself, and nothing else", async () => {
  const access = accessTo(front.url);
  await plantEnvironment("over", access, { expiresAt: EXPIRED });
  await plantEnvironment("other", access, { expiresAt: EXPIRED });
  const other = await takeAwsInventory("other", access);
  const outcome = await invoke(
    { environmentId: "over" },
    { PERFBED_ENVIRONMENT_ID: "over", PERFBED_EXPIRES_AT: EXPIRED },
  );
  expect(outcome).toMatchObject({ environmentId: "over", proved: true, left: [], failures: [] });
  expect((await takeAwsInventory("over", access)).resources).toEqual([]);
  expect((await takeAwsInventory("other", access)).resources).toEqual(other.resources);

  const early = { PERFBED_ENVIRONMENT_ID: "other", PERFBED_EXPIRES_AT: "2099-01-01T00:00:00.000Z" };
  expect(await invoke({}, early)).toEqual({
    environmentId: "other",
    skipped: "expires at 2099-01-01T00:00:00.000Z",
  });
  expect(await invoke({ environmentId: "over" }, early)).toEqual({
    error: "this function ends other, not over",
  });
  expect((await takeAwsInventory("other", access)).resources).toEqual(other.resources);
});

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest, type GetSchemaResponse } from "@pulumi/pulumi/proto/provider_pb";
import { z } from "zod";
import { packageRoot } from "../../../core/home";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { openAwsStack } from "../support/aws-stack";
import { requireBuild } from "../support/local-stack";

jest.setTimeout(600_000);

let folder: string;
let plugin: ChildProcess;
let port: string;
let moto: MotoServer;

beforeAll(async () => {
  requireBuild();
  folder = mkdtempSync(join(tmpdir(), "pb-plugin-"));
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "server.js"), "");
  moto = await startMoto();
  // As the engine starts it: the folder is the program, and the first line that it prints is its port.
  plugin = spawn(process.execPath, [join(packageRoot(), "plugin"), "127.0.0.1:1"], {
    env: { ...process.env, PERFBED_HOME: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  port = await new Promise<string>((resolve, reject) => {
    plugin.stdout?.once("data", (line: Buffer) => resolve(line.toString().trim()));
    plugin.once("exit", (code) => reject(new Error(`the plugin ended with ${code}`)));
  });
});
afterAll(async () => {
  plugin?.kill("SIGKILL");
  await moto?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const schemaOf = z.object({
  name: z.string(),
  resources: z.record(
    z.string(),
    z.object({
      isComponent: z.boolean(),
      inputProperties: z.record(z.string(), z.record(z.string(), z.unknown())),
      requiredInputs: z.array(z.string()),
      required: z.array(z.string()),
    }),
  ),
  types: z.record(
    z.string(),
    z.object({ required: z.array(z.string()).optional(), enum: z.array(z.unknown()).optional() }),
  ),
});

async function inferredSchema(): Promise<z.output<typeof schemaOf>> {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const ask = promisify<GetSchemaRequest, GetSchemaResponse>(client.getSchema.bind(client));
  const answer = await ask(new GetSchemaRequest());
  client.close();
  return schemaOf.parse(JSON.parse(answer.getSchema()));
}

test("Pulumi infers a schema of the environment, which other languages' SDKs are made from", async () => {
  const { name, resources, types } = await inferredSchema();
  expect(name).toBe("perfbed");
  expect(Object.keys(resources)).toEqual(["perfbed:index:PerformanceEnvironment"]);
  const environment = resources["perfbed:index:PerformanceEnvironment"];
  expect(environment).toMatchObject({
    isComponent: true,
    requiredInputs: ["application", "environmentId", "expiresAt", "owner", "target"],
    inputProperties: {
      target: { $ref: "#/types/perfbed:index:Target" },
      application: { $ref: "#/types/perfbed:index:ApplicationArgs" },
      sizing: { $ref: "#/types/perfbed:index:SizingArgs", optional: true },
      tags: { type: "object", additionalProperties: { type: "string" } },
      region: { type: "string" },
      aws: { type: "string", description: expect.stringContaining("JSON") },
    },
  });
  expect(environment?.required).toEqual([
    "appUrl",
    "cacheUrl",
    "databaseReplicaUrls",
    "databaseUrl",
    "entryUrl",
    "environmentId",
    "generators",
  ]);
  expect(Object.keys(types).sort()).toEqual(
    ["ApplicationArgs", "Generator", "SetupArgs", "SizingArgs", "Target"].map(
      (type) => `perfbed:index:${type}`,
    ),
  );
  expect(types["perfbed:index:ApplicationArgs"]?.required).toEqual([
    "command",
    "directory",
    "name",
    "version",
  ]);
  expect(types["perfbed:index:Target"]?.enum).toContainEqual({ name: "Aws", value: "aws" });
});

test("a program that knows the component by its token alone gets the whole environment, or every problem", async () => {
  const stack = await openAwsStack({ motoUrl: moto.url, providers: [`perfbed:${port}`] });
  const args = {
    target: "aws",
    environmentId: "pb-plugin",
    owner: "ada",
    expiresAt: "2030-01-01T00:00:00Z",
    region: "eu-west-1",
    application: {
      name: "shop",
      version: "1",
      directory: join(folder, "app"),
      command: ["node", "server.js"],
    },
  };
  const program = (changes: object) => ({
    module: join(__dirname, "plugin-program.ts"),
    args: { ...args, ...changes },
  });
  try {
    const { changes } = await stack.preview(program({ sizing: { databaseReplicas: 2 } }));
    expect(changes.create).toBeGreaterThan(110);
    expect(stack.printed.join("")).toContain("shop-database-replica-2");
    const wrong = program({ sizing: { sizing: "huge" }, aws: '{"edge":{"wat":true}}' });
    await expect(stack.preview(wrong)).rejects.toThrow(/2 problems/);
  } finally {
    stack.dispose();
  }
});

import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";
import { type AwsStandIn, startAwsStandIn } from "../../support/aws-provider/stand-in";
import { type MotoServer, startMoto } from "../../support/moto-server";
import { requireBuild, temporaryHome } from "../support/local-stack";
import { pulumiVariables, runPulumi } from "../support/pulumi-command";

jest.setTimeout(300_000);

/**
 * The projects in stacks/ as a user runs them, with the command line and the compiled programs. They are copies beside links to the
 * package's folders, because Pulumi writes into a project's.
 */
let home: string;
let variables: NodeJS.ProcessEnv;
let moto: MotoServer;
let standIn: AwsStandIn;

beforeAll(async () => {
  requireBuild();
  home = temporaryHome();
  for (const name of ["state", "stacks"]) mkdirSync(join(home, name));
  for (const name of ["package.json", "dist", "node_modules"]) {
    symlinkSync(join(packageRoot(), name), join(home, name));
  }
  moto = await startMoto();
  standIn = await startAwsStandIn({ motoUrl: moto.url });
  variables = { ...(await pulumiVariables(home)), ...standIn.engineVariables };
});
afterAll(async () => {
  standIn?.stop();
  await moto?.stop();
  rmSync(home, { recursive: true, force: true });
});

test.each([
  ["campaign", "large", /aws:rds:Cluster environment-database-cluster/],
  ["release-candidate", "small", /aws:cloudfront:Distribution environment-edge-distribution/],
  ["sizing", "medium", /aws:rds:Instance larger-server-database-primary/],
])("stacks/%s: a stack named %s takes its example and can be previewed", async (name, size, expected) => {
  const folder = join(home, "stacks", name);
  cpSync(join(packageRoot(), "stacks", name), folder, { recursive: true });
  const pulumi = (...args: string[]) => runPulumi(folder, variables, args);
  expect((await pulumi("stack", "init", size)).output).toContain("Created stack");
  const { code, output } = await pulumi("preview", "--stack", size);
  expect(output).toMatch(expected);
  // That a language host on PATH is used is no fault of the program.
  expect(output.replaceAll(/warning: using \S+ from \$PATH.*/g, "")).not.toContain("warning:");
  expect(code).toBe(0);

  await pulumi("config", "set", "target", "mars", "--stack", size);
  const wrong = await pulumi("preview", "--stack", size);
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toContain('target is "mars": allowed: local, aws');
});

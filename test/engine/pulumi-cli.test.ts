import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeInventory } from "../../components/local/supervisor";
import { packageRoot } from "../../core/home";
import { requireBuild, temporaryHome } from "./support/local-stack";
import { filesHolding, passwordOf, sql } from "./support/observe";
import { pulumiVariables, runPulumi } from "./support/pulumi-command";

jest.setTimeout(180_000);

/**
 * Plain Pulumi, as a user types it in the package's folder. The folder is one of links to the package's, because Pulumi writes a stack's
 * configuration beside Pulumi.yaml.
 */
describe("pulumi up, stack output and destroy on the command line", () => {
  let home: string;
  let variables: NodeJS.ProcessEnv;
  let environmentId: string;

  const pulumi = (...args: string[]) => runPulumi(join(home, "project"), variables, args);
  const set = (key: string, value: string) => pulumi("config", "set", key, value);

  beforeAll(async () => {
    requireBuild();
    home = temporaryHome();
    process.env.PERFBED_HOME = home;
    for (const folder of ["state", "project"]) mkdirSync(join(home, folder));
    for (const name of ["Pulumi.yaml", "package.json", "dist", "node_modules"]) {
      symlinkSync(join(packageRoot(), name), join(home, "project", name));
    }
    variables = await pulumiVariables(home);
    const application = {
      name: "tiny",
      version: "1",
      directory: join(packageRoot(), "test/fixtures/tiny-app"),
      command: [process.execPath, "server.js"],
      health: "/",
      drainSeconds: 1,
    };
    writeFileSync(join(home, "application.yaml"), JSON.stringify(application));
    expect((await pulumi("stack", "init", "test")).output).toContain("Created stack");
    expect((await set("application", join(home, "application.yaml"))).code).toBe(0);
    expect((await set("expiryHours", "0.25")).code).toBe(0);
  });
  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    if (environmentId !== undefined) expect((await takeInventory(environmentId)).empty).toBe(true);
    rmSync(home, { recursive: true, force: true });
  });

  test("bad configuration is one readable error with every problem, and nothing is created", async () => {
    await set("sizing", "smal");
    const { code, output } = await pulumi("up", "--yes", "--skip-preview", "--stack", "test");
    await pulumi("config", "rm", "sizing");
    expect(code).not.toBe(0);
    expect(output).toContain("[PERFBED_CONFIG] Stack configuration: 1 problem");
    expect(output).toContain('sizing is "smal": allowed: small, medium, large. Did you mean small?');
    expect(output).not.toContain("at Object.");
  });

  test("up makes the environment, and stack output shows where it is without its secrets", async () => {
    const up = await pulumi("up", "--yes", "--skip-preview", "--stack", "test");
    expect(up.output).toMatch(/\+ 23 created/);
    expect(up.code).toBe(0);

    const shown = JSON.parse((await pulumi("stack", "output", "--json", "--stack", "test")).stdout);
    environmentId = shown.environmentId;
    expect(environmentId).toMatch(/^pb-test-[0-9a-f]{5}$/);
    expect(shown).toMatchObject({ target: "local", telemetry: "[secret]", databaseUrl: "[secret]" });
    const answer = await (await fetch(shown.entryUrl)).json();
    expect(answer).toEqual({ version: "1", instance: "app-1" });

    const secret = ["stack", "output", "databaseUrl", "--show-secrets", "--stack", "test"];
    const databaseUrl = (await pulumi(...secret)).stdout.trim();
    expect(await sql(databaseUrl, "SELECT 1 + 1")).toEqual([[2]]);
    expect(filesHolding(join(home, "state"), [passwordOf(databaseUrl)])).toEqual([]);
    expect(up.output).not.toContain(passwordOf(databaseUrl));
  });

  test("a preview of the same configuration shows no change, though the expiry is counted from now", async () => {
    const { code, output } = await pulumi("preview", "--expect-no-changes", "--stack", "test");
    expect(output).toContain("24 unchanged");
    expect(code).toBe(0);
  });

  test("another expiry is an update in place", async () => {
    await set("expiryHours", "0.5");
    const { output } = await pulumi("up", "--yes", "--skip-preview", "--stack", "test");
    expect(output).toMatch(/1 updated/);
    expect(output).toMatch(/23 unchanged/);
  });

  test("destroy leaves no process, port, cgroup or file", async () => {
    const { code, output } = await pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(output).toContain("24 deleted");
    expect(code).toBe(0);
    expect(await takeInventory(environmentId)).toMatchObject({ empty: true, processes: [], cgroups: [] });
  });
});

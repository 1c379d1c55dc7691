import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cli, createWorld, leftovers, type World } from "../support/cli";

jest.setTimeout(120_000);

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.remove();
});

describe("bad input: one clear error, nothing started, no stack trace", () => {
  test("every problem of a config file is named at once, with field, value and what is allowed", async () => {
    writeFileSync(
      join(world.work, "perfbed.config.yaml"),
      "application:\n  name: x\n  comand: [a]\n  drainSeconds: soon\nsizing:\n  preset: smal\n  app: { minInstances: 5, maxInstances: 2 }\nscenario: laod\n",
    );
    const result = await cli(world, ["campaign"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("application.comand");
    expect(result.stderr).toContain("Did you mean command?");
    expect(result.stderr).toContain("application.drainSeconds");
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(leftovers(world)).toEqual([]);
  });

  test("sizing, scenario and parameter problems come together once the file is well-formed", async () => {
    writeFileSync(join(world.work, "perfbed.config.yaml"), "sizing:\n  preset: smal\nscenario: load\n");
    const result = await cli(world, ["campaign", "--set", "peakRte=3", "--set", "holdSeconds=long"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("small");
    expect(result.stderr).toContain("Did you mean peakRate?");
    expect(result.stderr).toContain("holdSeconds");
    expect(leftovers(world)).toEqual([]);
  });

  test("an unknown environment, scenario or option is a usage error", async () => {
    for (const args of [
      ["run", "nowhere", "-s", "smoke"],
      ["destroy", "nowhere"],
      ["campaign", "-s", "nothing"],
      ["campaign", "--nonsense"],
      ["frobnicate"],
      ["campaign", "--set", "peakRate"],
    ]) {
      const result = await cli(world, args);
      expect({ args, code: result.code }).toEqual({ args, code: 2 });
      expect(result.stderr).not.toMatch(/\n\s+at /);
    }
    expect(leftovers(world)).toEqual([]);
  });

  test("an application that dies at start: its own last words, everything rolled back, exit code 5", async () => {
    writeFileSync(join(world.work, "broken.py"), "import sys\nsys.exit('no licence file found')\n");
    writeFileSync(
      join(world.work, "perfbed.config.yaml"),
      "application:\n  name: broken\n  command: [python3, broken.py]\n  startTimeoutSeconds: 5\nscenario: smoke\nparameters: { paths: ['/'] }\n",
    );
    const result = await cli(world, ["campaign", "--name", "e2e-broken"]);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain("no licence file found");
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(leftovers(world, ["e2e-broken"])).toEqual([]);
  });

  test("a tool setting that points nowhere is named, exit code 5 or 2, nothing left", async () => {
    const result = await cli(world, ["campaign", "--name", "e2e-tool"], {
      PERFBED_K6_PATH: "/nonexistent/k6",
    });
    expect([2, 5]).toContain(result.code);
    expect(result.stderr).toContain("PERFBED_K6_PATH");
    expect(leftovers(world, ["e2e-tool"])).toEqual([]);
  });

  test("a dry run prints no value of the application's variables, which may be secrets", async () => {
    writeFileSync(
      join(world.work, "perfbed.config.yaml"),
      "application:\n  name: x\n  command: [python3, a.py]\n  environment: { API_KEY: '${PBT_SECRET}' }\nscenario: smoke\n",
    );
    const args = ["campaign", "--dry-run"];
    const env = { PBT_SECRET: "hunter2-of-the-test" };
    for (const result of [await cli(world, args, env), await cli(world, [...args, "--json"], env)]) {
      expect(result.code).toBe(0);
      expect(result.stdout + result.stderr).not.toContain("hunter2");
    }
    const missing = await cli(world, args);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("PBT_SECRET");
  });

  test("a dry run starts nothing and prints tiers, curve, requests and length", async () => {
    const result = await cli(world, ["campaign", "--dry-run", "-s", "spike"]);
    expect(result.code).toBe(0);
    for (const text of [
      "PostgreSQL",
      "Varnish",
      "k6",
      "arrivals",
      "requests",
      "Length",
      "Nothing was started",
    ]) {
      expect(result.stdout).toContain(text);
    }
    expect(leftovers(world)).toEqual([]);
  });
});

import { cli, createWorld, leftovers, startCli, type World } from "../support/cli";

jest.setTimeout(120_000);

const CAMPAIGN = [
  "campaign",
  "-s",
  "load",
  "--set",
  "peakRate=4",
  "--set",
  "warmupSeconds=3",
  "--set",
  "holdSeconds=4",
  "--set",
  "rampSeconds=1",
];
const PHASES = ["provision", "verify", "warm-up", "load", "collect", "destroy"] as const;

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.remove();
});

const seen = (phase: string): RegExp => new RegExp(`… ${phase}`);
/** Somewhere inside the phase rather than at its first instant. */
const inside: Record<(typeof PHASES)[number], number> = {
  provision: 1500,
  verify: 50,
  "warm-up": 1000,
  load: 1500,
  collect: 50,
  destroy: 150,
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe.each(PHASES)("interrupted in phase %s", (phase) => {
  test("Ctrl-C tears down, proves it and exits with 130", async () => {
    const id = `int-${phase}`;
    const run = startCli(world, [...CAMPAIGN, "--name", id]);
    await run.sees(seen(phase));
    await pause(inside[phase]);
    run.child.kill("SIGINT");
    const code = await run.ended;
    expect({ code, stderr: code === 130 ? "" : run.stderr() }).toEqual({ code: 130, stderr: "" });
    expect(run.stderr() + run.stdout()).toContain("Nothing is left");
    expect(leftovers(world, [id])).toEqual([]);
  });

  test("kill -9 leaves a ledger from which another process sweeps everything", async () => {
    const id = `kil-${phase}`;
    const run = startCli(world, [...CAMPAIGN, "--name", id]);
    await run.sees(seen(phase));
    await pause(inside[phase]);
    run.child.kill("SIGKILL");
    expect(await run.ended).toBe("SIGKILL");
    const listed = JSON.parse((await cli(world, ["list", "--json"])).stdout);
    expect(listed.environments).toMatchObject([{ environmentId: id, ownerAlive: false }]);
    const swept = await cli(world, ["sweep"]);
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is left") });
    expect(leftovers(world, [id])).toEqual([]);
  });
});

test("the watchdog ends an expired environment whose runner was killed, by itself", async () => {
  const run = startCli(world, [...CAMPAIGN, "--name", "dog", "--expiry", "0.2"]);
  await run.sees(seen("load"));
  run.child.kill("SIGKILL");
  await run.ended;
  const deadline = Date.now() + 40_000;
  while (leftovers(world, ["dog"]).length > 0 && Date.now() < deadline) await pause(250);
  expect(leftovers(world, ["dog"])).toEqual([]);
});

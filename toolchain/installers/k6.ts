import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../core/home";
import { runCommand } from "../run-command";
import type { ToolchainSettings } from "../settings";
import { K6_VERSION } from "../versions";
import { downloadFile, downloadText } from "./download";
import { withElapsed } from "./elapsed";
import { goBuildInstaller } from "./go-build";
import type { CacheInstaller, InstallContext } from "./installer";

const RELEASES_URL = "https://github.com/grafana/k6/releases/download";
const PLATFORMS: Readonly<Record<string, string>> = { linux: "linux", darwin: "macos" };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Name of the release's folder: `k6-v1.8.1-linux-amd64`; undefined where there is none. */
export function k6ReleaseName(
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const system = PLATFORMS[platform];
  const processor = ARCHITECTURES[arch];
  return system === undefined || processor === undefined
    ? undefined
    : `k6-v${K6_VERSION}-${system}-${processor}`;
}

export function k6ReleaseUrl(settings: ToolchainSettings, file: string): string {
  const base = settings.env.PERFBED_K6_RELEASES_URL ?? RELEASES_URL;
  return `${base.replace(/\/+$/, "")}/v${K6_VERSION}/${file}`;
}

/** The official release, checked against the checksums published with it. */
export const k6Release: CacheInstaller = {
  kind: "cache",
  name: "official release",
  version: K6_VERSION,
  origin: `official release v${K6_VERSION}`,
  unavailable: async () =>
    k6ReleaseName() === undefined ? `there is none for ${process.platform} ${process.arch}` : undefined,
  install: installRelease,
};

async function installRelease(folder: string, context: InstallContext): Promise<void> {
  const release = k6ReleaseName() ?? "";
  const archive = `${release}${process.platform === "darwin" ? ".zip" : ".tar.gz"}`;
  const url = k6ReleaseUrl(context.settings, archive);
  const checksums = await downloadText(
    k6ReleaseUrl(context.settings, `k6-v${K6_VERSION}-checksums.txt`),
    context.signal,
  );
  const sha256 = checksumOf(archive, checksums);
  if (sha256 === undefined) throw new Error(`the release's checksums do not list ${archive}`);
  const file = join(folder, archive);
  let received = "";
  await withElapsed(
    () => `downloading k6 ${K6_VERSION}${received}`,
    context.progress,
    () =>
      downloadFile({ url, sha256, file }, context.signal, (bytes, total) => {
        received = ` (${mebibytes(bytes)}${total === undefined ? "" : ` of ${mebibytes(total)}`})`;
      }),
  );
  // The tar of macOS reads zip files as well.
  await runCommand("tar", ["-xf", file, "-C", folder], {
    env: context.settings.env,
    signal: context.signal,
  });
  await mkdir(join(folder, "bin"));
  await rename(join(folder, release, "k6"), join(folder, "bin", "k6"));
  await rm(join(folder, release), { recursive: true });
  await rm(file);
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** Finds `<sha256>  <file>` in a checksums file. */
export function checksumOf(file: string, checksums: string): string | undefined {
  for (const line of checksums.split("\n")) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum !== undefined && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  return undefined;
}

/** k6 with perfbed's own output: a row a request instead of nine, which any other k6 pays with about a third more CPU. */
export const k6GoBuild: CacheInstaller = goBuildInstaller({
  source: {
    kind: "shipped",
    folder: join(packageRoot(), "generators", "k6"),
    title: `k6 v${K6_VERSION} with perfbed's output`,
  },
  program: "k6",
  version: K6_VERSION,
  usually: "1-2 min",
});

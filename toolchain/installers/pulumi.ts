import { runCommand } from "../run-command";
import { PULUMI_LANGUAGE_NODEJS_VERSION, PULUMI_VERSION } from "../versions";
import { unreachable } from "./download";
import { withElapsed } from "./elapsed";
import { goBuildInstaller } from "./go-build";
import type { CacheInstaller, InstallContext } from "./installer";

const INSTALL_SCRIPT_URL = "https://get.pulumi.com/install.sh";
const OFFICIAL_TIMEOUT_MS = 600_000;

/** Runs in a process of its own: Pulumi's installer cannot be interrupted from within. */
const INSTALL_PROGRAM = `
const [root, version, automation, semver] = process.argv.slice(1);
const { PulumiCommand } = require(automation);
const { SemVer } = require(semver);
PulumiCommand.install({ root, version: new SemVer(version) }).catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
`;

/** Pulumi's own installer, as the Automation API offers it. */
export const pulumiOfficial: CacheInstaller = {
  kind: "cache",
  name: "official release",
  version: PULUMI_VERSION,
  origin: `official release v${PULUMI_VERSION}`,
  unavailable: (context) => unreachable(INSTALL_SCRIPT_URL, context.signal),
  install: installOfficial,
};

async function installOfficial(folder: string, context: InstallContext): Promise<void> {
  const automation = require.resolve("@pulumi/pulumi/automation");
  await withElapsed(`downloading Pulumi ${PULUMI_VERSION}`, context.progress, () =>
    runCommand(
      process.execPath,
      [
        "-e",
        INSTALL_PROGRAM,
        folder,
        PULUMI_VERSION,
        automation,
        // The copy that Pulumi's SDK itself uses.
        require.resolve("semver", { paths: [automation] }),
      ],
      { env: context.settings.env, signal: context.signal, timeoutMs: OFFICIAL_TIMEOUT_MS },
    ),
  );
}

/** For machines that reach the Go module proxy but not Pulumi's downloads. */
export const pulumiGoBuild: CacheInstaller = goBuildInstaller({
  source: {
    kind: "published",
    importPath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    moduleVersion: `v${PULUMI_VERSION}`,
    // Pulumi replaces this module in its own go.mod; replacements do not carry over to a module that builds it.
    replace: "github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e",
  },
  program: "pulumi",
  version: PULUMI_VERSION,
  ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`,
  usually: "3-4 min",
});

export const pulumiLanguageNodejsGoBuild: CacheInstaller = goBuildInstaller({
  source: {
    kind: "published",
    importPath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    moduleVersion: `v${PULUMI_LANGUAGE_NODEJS_VERSION}`,
  },
  program: "pulumi-language-nodejs",
  version: PULUMI_LANGUAGE_NODEJS_VERSION,
  usually: "under a minute",
});

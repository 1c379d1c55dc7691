import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PackageManager, ToolSpec } from "./catalogue";
import { k6ReleaseName } from "./installers/k6";
import { pathFolders } from "./search-folders";
import { Tool } from "./tool";
import { K6_VERSION, LOCUST_VERSION } from "./versions";

const INSTALL_COMMANDS: Readonly<Record<PackageManager, string>> = {
  "apt-get": "apt-get update && apt-get install -y --no-install-recommends",
  dnf: "dnf install -y",
  apk: "apk add",
  brew: "brew install",
};

/** The package manager of this machine. */
export function packageManager(env: NodeJS.ProcessEnv): PackageManager | undefined {
  const folders = pathFolders(env);
  const order: readonly PackageManager[] =
    process.platform === "darwin" ? ["brew"] : ["apt-get", "dnf", "apk", "brew"];
  return order.find((name) => folders.some((folder) => existsSync(join(folder, name))));
}

/** The one command that brings these tools to this machine. */
export function mendCommand(specs: readonly ToolSpec[], env: NodeJS.ProcessEnv): string {
  const manager = packageManager(env);
  const packages: string[] = [];
  const others: string[] = [];
  for (const spec of specs) {
    const name = manager === undefined ? undefined : spec.packages[manager]?.[0];
    if (name !== undefined) packages.push(name);
    else others.push(singleCommand(spec));
  }
  const commands = [...new Set(others)];
  if (manager !== undefined && packages.length > 0) {
    const prefix = manager === "brew" || process.getuid?.() === 0 ? "" : "sudo ";
    const install = INSTALL_COMMANDS[manager].replaceAll(" && ", ` && ${prefix}`);
    commands.unshift(`${prefix}${install} ${packages.join(" ")}`);
  }
  return commands.join(" && ");
}

/** For tools that this machine's packages do not carry. */
function singleCommand(spec: ToolSpec): string {
  switch (spec.tool) {
    case Tool.Pulumi:
    case Tool.PulumiLanguageNodejs:
      return "curl -fsSL https://get.pulumi.com | sh";
    case Tool.K6: {
      const release = k6ReleaseName();
      return release === undefined
        ? `go install go.k6.io/k6@v${K6_VERSION}`
        : `curl -fsSL https://github.com/grafana/k6/releases/download/v${K6_VERSION}/${release}.tar.gz | tar -xz -C /usr/local/bin --strip-components=1 ${release}/k6`;
    }
    case Tool.Locust:
      return `pip install locust==${LOCUST_VERSION}`;
    case Tool.Gatling:
    case Tool.Jmeter:
      // Needs a JDK and Maven; then perfbed does it by itself.
      return `perfbed campaign --tool ${spec.tool}`;
    default:
      return `export ${spec.setting}=/path/to/${spec.programs[0].name}`;
  }
}

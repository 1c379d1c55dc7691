import { join } from "node:path";
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { packageRoot } from "../core/home";
import { PerformanceEnvironment } from "./environment";
import { prepareTargets } from "./targets";

/** The plugin's process, started by the Pulumi engine: offers the component to programs in any language. */
async function main(): Promise<void> {
  await prepareTargets();
  await componentProviderHost({
    components: [PerformanceEnvironment],
    dirname: join(packageRoot(), "plugin"),
    name: "perfbed",
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

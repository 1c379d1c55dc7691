import type { Application } from "../../components/contracts";
import { ConfigError } from "../../core/errors";
import { compiledModule, packageRoot } from "../../core/home";
import { isVariant, Variant } from "./variants";

/**
 * The sample application as perfbed's system under test.
 * @param version what reports call it @default the variant's name
 * @param variant one of `Variant` @default "baseline"
 * @throws ConfigError for a variant that does not exist
 */
export function storefront(version?: string, variant: string = Variant.Baseline): Application {
  if (!isVariant(variant)) {
    throw new ConfigError("storefront", [
      { field: "variant", value: variant, allowed: Object.values(Variant).join(", ") },
    ]);
  }
  return {
    name: "storefront",
    version: version ?? variant,
    workingDirectory: packageRoot(),
    command: [process.execPath, compiledModule("sample/storefront/main")],
    healthPath: "/health",
    readyPath: "/ready",
    metricsPath: "/metrics",
    environment: { APP_VARIANT: variant },
    setup: { command: [process.execPath, compiledModule("sample/storefront/setup")], timeoutSeconds: 120 },
    startTimeoutSeconds: 30,
    drainSeconds: 10,
  };
}

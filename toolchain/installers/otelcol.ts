import { join } from "node:path";
import { packageRoot } from "../../core/home";
import { OTELCOL_VERSION } from "../versions";
import { goBuildInstaller } from "./go-build";
import type { CacheInstaller } from "./installer";

/** The collector's own modules, put together with what the local target uses of them; `collector/go.sum` verifies all of it. */
export const otelcolGoBuild: CacheInstaller = goBuildInstaller({
  source: {
    kind: "shipped",
    folder: join(packageRoot(), "collector"),
    title: `OpenTelemetry Collector v${OTELCOL_VERSION} with OTLP and files`,
  },
  program: "otelcol",
  version: OTELCOL_VERSION,
  ldflags: "-s -w",
  usually: "1-2 min",
});

import { setTimeout as delay } from "node:timers/promises";
import { formatProblem, PerfbedError } from "../../core/errors";
import { readConfig, type StorefrontConfig } from "./config";
import type { Telemetry } from "./request-trace";
import { createStorefront, type Storefront } from "./storefront";

/** Says "not ready", gives the balancer a moment to notice, finishes what is in flight, ends with 0; with 1 when that takes too long. */
async function drain(storefront: Storefront, config: StorefrontConfig): Promise<void> {
  const { log } = storefront.app;
  storefront.readiness.drain();
  const deadline = setTimeout(() => {
    log.error({ deadlineMs: config.drainDeadlineMs }, "requests were still in flight at the deadline");
    process.exit(1);
  }, config.drainDeadlineMs);
  await delay(config.drainNoticeMs);
  await storefront.stop();
  clearTimeout(deadline);
  log.info("drained");
}

/** Loaded only where it is wanted: it is as much code again as the shop. */
async function telemetry(): Promise<Telemetry | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint = "", OTEL_SDK_DISABLED: disabled } = process.env;
  if (endpoint === "" || disabled === "true") return undefined;
  return (await import("./telemetry")).startTelemetry();
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const storefront = createStorefront(config, await telemetry());
  let draining = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (draining) return;
      draining = true;
      drain(storefront, config).catch((error: unknown) => {
        storefront.app.log.error({ err: error }, "drain failed");
        process.exit(1);
      });
    });
  }
  await storefront.start();
  storefront.app.log.info({ variant: config.variant, poolSize: config.poolSize }, "listening");
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const problems =
    error instanceof PerfbedError ? error.problems.map((p) => `\n  ${formatProblem(p)}`).join("") : "";
  process.stderr.write(`storefront could not start: ${message}${problems}\n`);
  process.exit(1);
});

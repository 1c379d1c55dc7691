import { cpus, totalmem } from "node:os";
import { cpuQuotaSupport } from "../components/local/supervisor";
import type { RunManifest } from "./manifest";

/** What a run ran on, for the manifest. */
export function describeMachine(): RunManifest["machine"] {
  const processors = cpus();
  const quotas = cpuQuotaSupport();
  return {
    platform: `${process.platform} ${process.arch}`,
    cpuModel: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    cpuQuotas: quotas.supported,
    notes: [
      ...(quotas.supported
        ? []
        : [
            `CPU and memory limits are not enforced: ${quotas.reason}. Sizes are what was asked for, not what was held.`,
          ]),
      "Generators and system under test share this machine.",
    ],
  };
}

import { cpus, totalmem } from "node:os";
import type { RunManifest } from "../../manifest";

/** The machine that ran the campaign. Load and system under test were elsewhere; see the generators' places. */
export function describeRunner(): RunManifest["machine"] {
  const processors = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    cpuModel: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    cpuQuotas: false,
    notes: [
      "This is the machine of the campaign's runner. Generators and system under test were on AWS, on machines of their own.",
      "Sizes on AWS are those of instance types: the smallest that hold the sizing, unless named.",
    ],
  };
}

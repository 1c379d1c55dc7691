import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CgroupVersion,
  cgroupSupport,
  enableControllers,
} from "../../components/local/supervisor/cgroup-hierarchy";
import { cpuQuota } from "../../components/local/supervisor/cgroup-limits";
import { assignment } from "./shell-text";

/** Parents of the plain script's control groups; empty where perfbed would not limit either. */
export interface PlainGroups {
  readonly version: 1 | 2 | "";
  readonly cpu: string;
  readonly memory: string;
}

/** perfbed weighs a group of groups by their number; so does this. */
const GROUPS = 7;

/** Makes the parents of the groups in which plain.sh limits its processes, the same way as perfbed does on this machine. */
export function plainGroups(folder: string): PlainGroups {
  const support = cgroupSupport();
  if (!support.supported) return { version: "", cpu: "", memory: "" };
  const { base } = support;
  const name = `perfbed-bench-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
  const cpu = join(base.cpu, name);
  mkdirSync(cpu);
  if (base.version === CgroupVersion.V2) {
    enableControllers(base.cpu);
    enableControllers(cpu);
    writeFileSync(join(cpu, "cpu.weight"), String(100 * GROUPS));
    return { version: 2, cpu, memory: cpu };
  }
  writeFileSync(join(cpu, "cpu.shares"), String(1024 * GROUPS));
  if (base.memory === undefined) return { version: 1, cpu, memory: "" };
  const memory = join(base.memory, name);
  mkdirSync(memory, { recursive: true });
  return { version: 1, cpu, memory };
}

/** What plain.sh needs to know to limit one process as perfbed does. */
export function limitLines(
  name: string,
  { cpu, memoryMiB }: { readonly cpu: number; readonly memoryMiB: number },
): readonly string[] {
  const { quotaUs, periodUs } = cpuQuota(cpu);
  return [
    assignment(`cpu_quota_us[${name}]`, quotaUs),
    assignment(`cpu_period_us[${name}]`, periodUs),
    assignment(`memory_bytes[${name}]`, Math.round(memoryMiB * 1024 * 1024)),
  ];
}

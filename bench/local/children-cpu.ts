import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc, fixed by the kernel's interface to user space. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of the children of this process that have ended. All k6 processes of this benchmark, bare or through perfbed, are. */
export function endedChildrenCpuSeconds(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // Counted after the program's name, which may hold spaces: cutime and cstime are fields 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

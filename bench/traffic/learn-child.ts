import { readFileSync } from "node:fs";
import { learnTraffic } from "../../traffic/learn";
import { DEFAULT_TRAFFIC_SETTINGS } from "../../traffic/settings";
import type { LearnOutcome } from "./outcome";

/** Learns one log in this process and prints what was found with the peak memory, as one JSON line. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error("usage: learn-child <log>");
  const { model } = await learnTraffic([file], DEFAULT_TRAFFIC_SETTINGS, { progress: () => undefined });
  const outcome: LearnOutcome = {
    lines: model.log.requests + model.log.malformed,
    sessions: model.sessions.count,
    pageRequests: model.requests.steps,
    peakMiB: peakMiB(),
  };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

/** VmHWM of /proc: what getrusage says may include the parent's memory from before exec. */
function peakMiB(): number {
  const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (kib === undefined) throw new Error("/proc/self/status has no VmHWM");
  return Number(kib) / 1024;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

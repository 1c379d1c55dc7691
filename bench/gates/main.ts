import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PRESET_NAMES } from "../../campaign/comparison/presets";
import { packageRoot } from "../../core/home";
import { type GateOutcome, keepOutcome, outcomeOf, readOutcomes } from "./outcome";
import { namedJourney, PLANTS, SELF, summariseGates } from "./summary";

/** How the gate itself does on this machine: false alarms of a version against itself, and planted changes that it finds. */

const USAGE = `usage: npm run bench:gates -- [--aa N] [--aa-preset NAME] [--planted NAME=N]... [--preset NAME] [--folder FOLDER]

  --aa N            campaigns of the sample against itself (default 15; four journeys are judged in each)
  --aa-preset NAME  preset of these (default quick)
  --planted NAME=N  gates against a planted change: ${Object.keys(PLANTS).join(", ")} (default member-prices=10); repeatable
  --preset NAME     preset of these (default default)
  --folder FOLDER   where outcomes are kept (default perfbed-results/gates). What stands there counts, and is not run again: hours of
                    gates can be run in parts.

Exit codes: 0 both limits hold, 1 one does not, 2 usage, 130 interrupted. A gate takes 8 to 15 minutes.`;

interface Options {
  readonly aa: number;
  readonly aaPreset: string;
  readonly planted: readonly { readonly variant: string; readonly count: number }[];
  readonly preset: string;
  readonly folder: string;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 1000;

/** undefined asks for the usage. @throws TypeError for an option that does not exist */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      aa: { type: "string", default: "15" },
      "aa-preset": { type: "string", default: "quick" },
      planted: { type: "string", multiple: true, default: ["member-prices=10"] },
      preset: { type: "string", default: "default" },
      folder: { type: "string", default: join("perfbed-results", "gates") },
      help: { type: "boolean", default: false },
    },
  });
  const aa = Number(values.aa);
  const planted = values.planted.map((text) => {
    const [variant = "", count = ""] = text.split("=");
    return { variant, count: Number(count) };
  });
  const presets: readonly string[] = PRESET_NAMES;
  const fine =
    isCount(aa) &&
    planted.every(({ variant, count }) => variant in PLANTS && isCount(count)) &&
    presets.includes(values.preset) &&
    presets.includes(values["aa-preset"]);
  if (values.help || !fine) return undefined;
  const { preset, "aa-preset": aaPreset } = values;
  return { aa, aaPreset, planted, preset, folder: resolve(values.folder) };
}

/** Runs perfbed to its end. Its own progress goes to standard error; Ctrl-C reaches it from the terminal. */
function perfbed(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    const program = join(packageRoot(), "bin", "perfbed.js");
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const out: string[] = [];
    const errors: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    const interrupt = (): void => {
      child.kill("SIGINT");
    };
    signal.addEventListener("abort", interrupt, { once: true });
    child.once("error", failed);
    child.once("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      if (signal.aborted) failed(signal.reason);
      else if (out.length > 0) done(out.join(""));
      else
        failed(new Error(`perfbed ${args.join(" ")} ended with ${code}:\n${errors.join("").slice(-4000)}`));
    });
  });
}

interface Planned {
  readonly kind: string;
  readonly preset: string;
  readonly args: readonly string[];
}

/** Alternating, so that a machine that changes over the hours changes for both kinds. */
function planned(
  { aa, aaPreset, planted, preset }: Options,
  known: readonly GateOutcome[],
): readonly Planned[] {
  const left = (kind: string, count: number): number =>
    Math.max(0, count - known.filter((outcome) => outcome.kind === kind).length);
  const kinds = [
    {
      count: left(SELF, aa),
      gate: { kind: SELF, preset: aaPreset, args: ["calibrate", "--of", "baseline", "--preset", aaPreset] },
    },
    ...planted.map(({ variant, count }) => ({
      count: left(variant, count),
      gate: {
        kind: variant,
        preset,
        args: ["gate", "--baseline", "baseline", "--candidate", variant, "--preset", preset],
      },
    })),
  ];
  return kinds
    .flatMap(({ count, gate }) =>
      Array.from({ length: count }, (_, index) => ({ at: (index + 0.5) / count, gate })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ gate }) => gate);
}

const changeText = (value: number | null): string =>
  value === null ? "?" : `${value < 0 ? "-" : "+"}${Math.abs(value * 100).toFixed(1)} %`;

function line(outcome: GateOutcome): string {
  const named = namedJourney(outcome);
  const changes = outcome.journeys
    .map(({ journey, change }) => `${journey} ${changeText(change)}`)
    .join(", ");
  return `${outcome.kind.padEnd(14)} ${outcome.verdict.padEnd(12)} ${(named ?? "-").padEnd(9)} ${Math.round(outcome.seconds)} s  P95: ${changes}`;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    console.log(USAGE);
    return process.argv.includes("--help") ? 0 : 2;
  }
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  mkdirSync(options.folder, { recursive: true });
  const file = join(options.folder, "gates.jsonl");
  const gates = planned(options, readOutcomes(file));
  console.log(`${readOutcomes(file).length} gates are kept in ${file}; ${gates.length} to run`);
  for (const { kind, preset, args } of gates) {
    const startedAt = performance.now();
    const text = await perfbed([...args, "--results", options.folder, "--json"], controller.signal);
    const seconds = (performance.now() - startedAt) / 1000;
    const outcome = outcomeOf(text, { kind, preset, seconds, finishedAt: new Date().toISOString() });
    keepOutcome(file, outcome);
    console.log(line(outcome));
  }
  const { text, holds } = summariseGates(readOutcomes(file));
  console.log(`\n${text}`);
  return holds ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof Error && error.name === "AbortError") {
      process.exitCode = 130;
      return;
    }
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);

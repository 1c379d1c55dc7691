import type { CampaignObserver, LiveProgress, PhaseName } from "../campaign/observer";
import type { Terminal } from "./terminal";

const seconds = (ms: number): string =>
  ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000).toString();

const bar = (share: number, width: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
};

/** One line of live figures: planned against achieved first, because everything else hangs on it. */
export function progressLine(progress: LiveProgress, width: number): string {
  const p95 =
    progress.p95Ms === null
      ? "–"
      : `${progress.p95Ms < 10 ? progress.p95Ms.toFixed(1) : Math.round(progress.p95Ms)} ms`;
  const parts = [
    `${Math.floor(progress.elapsedSeconds)}/${Math.round(progress.totalSeconds)} s`,
    `arrivals ${progress.achievedRatePerSecond.toFixed(1)}/s of ${progress.plannedRatePerSecond.toFixed(1)} planned`,
    `${Math.round(progress.requestRatePerSecond)} req/s`,
    `P95 ${p95}`,
    `errors ${(progress.errorRatio * 100).toFixed(2)} %`,
    ...(progress.instancesInService === null
      ? []
      : [`${progress.instancesInService} instance${progress.instancesInService === 1 ? "" : "s"}`]),
  ];
  const text = parts.join("  ");
  const room = width - text.length - 4;
  return room >= 10
    ? `${bar(progress.elapsedSeconds / progress.totalSeconds, Math.min(20, room))}  ${text}`
    : text.slice(0, width - 1);
}

/**
 * Draws a campaign on a terminal: a line a phase, and under `load` one line that is redrawn (a terminal) or repeated every ten
 * seconds (a log file).
 */
export function terminalObserver(terminal: Terminal): CampaignObserver & { close(): void } {
  const { colours } = terminal;
  let lineOpen = false;
  let lastLogAtMs = 0;
  const clearLine = (): void => {
    if (lineOpen) process.stderr.write("\r\u001b[2K");
    lineOpen = false;
  };
  const live = (text: string): void => {
    process.stderr.write(`\r\u001b[2K${text}`);
    lineOpen = true;
  };
  const label = (phase: PhaseName): string => phase.padEnd(9);
  return {
    phaseStarted(phase, text) {
      clearLine();
      const line = `  ${colours.cyan("…")} ${label(phase)} ${colours.dim(text)}`;
      if (terminal.interactive) live(line);
      else terminal.err(line);
    },
    phaseEnded(phase, durationMs, text) {
      clearLine();
      terminal.err(
        `  ${colours.green("✓")} ${label(phase)} ${text} ${colours.dim(`(${seconds(durationMs)} s)`)}`,
      );
    },
    phaseFailed(phase, durationMs) {
      clearLine();
      terminal.err(`  ${colours.red("✗")} ${label(phase)} ${colours.dim(`after ${seconds(durationMs)} s`)}`);
    },
    progress(progress) {
      const text = progressLine(progress, terminal.width - 16);
      if (terminal.interactive) {
        live(`  ${colours.cyan("…")} ${label(progress.phase)} ${text}`);
        return;
      }
      const now = Date.now();
      if (now - lastLogAtMs >= 10_000) {
        lastLogAtMs = now;
        terminal.err(`    ${label(progress.phase)} ${text}`);
      }
    },
    note(text) {
      clearLine();
      terminal.err(`    ${colours.dim(text)}`);
    },
    close: clearLine,
  };
}

import type { PerfbedCommand } from "./perfbed-environment";
import type { ProvisionRound } from "./provision";
import { median, roundRatios, spread } from "./statistics";
import { spreadText, table } from "./table";

const seconds = (ms: number): number => ms / 1000;
const secondsText = (ms: number): string => seconds(ms).toFixed(2);

export const phaseMs = (command: PerfbedCommand, name: string): number =>
  command.phases.find((phase) => phase.name === name)?.durationMs ?? 0;

export const upMs = (rounds: readonly ProvisionRound[]): number[] =>
  rounds.map(({ perfbed }) => perfbed.up.durationMs);
export const scriptUpMs = (rounds: readonly ProvisionRound[]): number[] =>
  rounds.map(({ plain }) => plain.up.durationMs);

/** Both commands side by side. */
export function provisionTable(rounds: readonly ProvisionRound[]): string {
  const row = (what: string, perfbed: readonly number[], script: readonly number[]): string[] => [
    what,
    spreadText(spread(perfbed.map(seconds)), 2),
    spreadText(spread(script.map(seconds)), 2),
    (median(perfbed) / median(script)).toFixed(2),
    spreadText(roundRatios(perfbed, script), 2),
  ];
  const script = scriptUpMs(rounds);
  const scriptDown = rounds.map(({ plain }) => plain.downMs);
  return table([
    ["seconds: median (min to max)", "perfbed", "plain script", "ratio", "ratio by rounds"],
    row("up, the whole command", upMs(rounds), script),
    row(
      "up, phase provision alone",
      rounds.map(({ perfbed }) => phaseMs(perfbed.up, "provision")),
      script,
    ),
    row(
      "down, the whole command",
      rounds.map(({ perfbed }) => perfbed.destroy.durationMs),
      scriptDown,
    ),
    row(
      "down, phase destroy alone",
      rounds.map(({ perfbed }) => phaseMs(perfbed.destroy, "destroy")),
      scriptDown,
    ),
  ]);
}

/** The round whose `up` took the median time: a breakdown of medians would not add up. */
function medianRound(rounds: readonly ProvisionRound[]): ProvisionRound {
  const sorted = [...rounds].sort((a, b) => a.perfbed.up.durationMs - b.perfbed.up.durationMs);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new RangeError("no rounds");
  return middle;
}

const phasesLine = (command: PerfbedCommand): string =>
  command.phases.map(({ name, durationMs }) => `${name} ${secondsText(durationMs)}`).join(", ");

/** Where the time of one `perfbed up` goes, from the engine's log, and of the script beside it. */
export function breakdown(rounds: readonly ProvisionRound[]): string {
  const { perfbed, plain } = medianRound(rounds);
  const { up, destroy } = perfbed;
  const provisionFrom = phaseMs(up, "start") + phaseMs(up, "tools");
  const provisionTo = provisionFrom + phaseMs(up, "provision");
  const firstAt = Math.min(...up.resources.map(({ fromMs }) => fromMs));
  const lastAt = Math.max(...up.resources.map(({ toMs }) => toMs));
  const named = up.resources.filter(({ name }) => !name.endsWith("-password"));
  return [
    "Where the time goes in perfbed's median round, seconds",
    `  up:   ${phasesLine(up)}`,
    `  down: ${phasesLine(destroy)}`,
    `  provision: engine starts ${secondsText(firstAt - provisionFrom)}, resources ${secondsText(lastAt - firstAt)}, engine ends and outputs are read ${secondsText(provisionTo - lastAt)}`,
    table([
      ["  resource", "from", "to", "took"],
      ...named.map(({ name, fromMs, toMs }) => [
        `  ${name.replace(/^environment-/, "")}`,
        secondsText(fromMs),
        secondsText(toMs),
        secondsText(toMs - fromMs),
      ]),
    ]),
    `  plain script: ${plain.up.steps.map(({ name, durationMs }) => `${name} ${secondsText(durationMs)}`).join(", ")}`,
  ].join("\n");
}

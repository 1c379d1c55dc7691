import type { RunManifest } from "../campaign/manifest";
import { oneLine } from "./text";

const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;

const settingText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "null");

/**
 * The command that repeats a run, on one line: as it was given, or, where a library call started the run, from scenario, sizing
 * and parameters, quoted for a POSIX shell.
 */
export function reproduceCommand(manifest: RunManifest): string {
  const { command, scenario, sizing } = manifest;
  if (command !== undefined && command.trim() !== "") return oneLine(command);
  const settings = Object.entries(scenario.parameters)
    .filter(([, value]) => value !== undefined && value !== null)
    .flatMap(([name, value]) => ["--set", quote(oneLine(`${name}=${settingText(value)}`))]);
  return [
    "perfbed",
    "campaign",
    "--scenario",
    quote(oneLine(scenario.name)),
    "--sizing",
    quote(oneLine(sizing.name)),
    ...settings,
  ].join(" ");
}

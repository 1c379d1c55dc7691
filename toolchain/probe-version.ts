import { execFile } from "node:child_process";
import type { ToolSpec } from "./catalogue";
import { compareVersions } from "./versions";

/** A healthy program answers in milliseconds; a cold disk or a slow wrapper script may take seconds. */
const PROBE_TIMEOUT_MS = 15_000;

export type Probe =
  | { readonly accepted: true; readonly version: string }
  | { readonly accepted: false; readonly version?: string; readonly reason: string };

/** Reads the version out of what a program printed. */
export function parseVersion(spec: ToolSpec, output: string): string | undefined {
  return spec.version?.pattern.exec(output)?.[1];
}

/** Why this version is not accepted, or undefined when it is. */
export function versionProblem(spec: ToolSpec, version: string): string | undefined {
  return compareVersions(version, spec.minimumVersion) >= 0
    ? undefined
    : `is version ${version}, needed is ${spec.minimumVersion} or later`;
}

/** Runs the program for its version: proves that it is there, runs on this machine, and is recent enough. */
export async function probeVersion(spec: ToolSpec, program: string, env: NodeJS.ProcessEnv): Promise<Probe> {
  if (spec.version === undefined) return { accepted: true, version: "unknown" };
  const { output, failure } = await capture(program, spec.version.args, env);
  const version = parseVersion(spec, output);
  if (version === undefined) {
    return { accepted: false, reason: failure ?? `printed no version (${firstLine(output)})` };
  }
  const problem = versionProblem(spec, version);
  return problem === undefined ? { accepted: true, version } : { accepted: false, version, reason: problem };
}

function capture(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ output: string; failure?: string }> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      {
        // Pulumi would otherwise ask the network for a newer release.
        env: { ...env, LC_ALL: "C", PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: PROBE_TIMEOUT_MS,
        killSignal: "SIGKILL",
      },
      (error, stdout, stderr) => {
        const output = `${stdout}\n${stderr}`;
        resolve(error === null ? { output } : { output, failure: failureText(error, stderr) });
      },
    );
  });
}

function failureText(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.killed) return `did not answer within ${PROBE_TIMEOUT_MS / 1000} s`;
  const detail = firstLine(stderr);
  return `does not run here (${detail === "" ? `code ${String(error.code)}` : detail})`;
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
}

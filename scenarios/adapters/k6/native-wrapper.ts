import { peakRate } from "../../arrival";
import type { Workload } from "../../model";
import { wholeProfile } from "../../plan";
import { stringLiteral } from "./javascript-text";
import { arrivalFields } from "./script";

/** Virtual users for a script whose requests are its own: 2 s an iteration at first, 20 s at most. */
function usersForScript(peak: number, generators: number): { preAllocated: number; maximum: number } {
  const preAllocated = Math.ceil(peak * 2) + 3 * generators;
  return { preAllocated, maximum: Math.max(2 * preAllocated, Math.ceil(peak * 20)) };
}

/**
 * A small script that runs the user's own with perfbed's arrivals: everything is re-exported, only the scenarios are replaced.
 */
export function renderNativeWrapper(workload: Workload, scriptFile: string, generators: number): string {
  const profile = wholeProfile(workload);
  const fields = arrivalFields(profile, usersForScript(peakRate(profile), generators), 30);
  return `${[
    `// Runs ${scriptFile.replace(/[\r\n\u2028\u2029]/g, " ")} with the arrivals that were asked for.`,
    `import * as script from ${stringLiteral(scriptFile)};`,
    `export * from ${stringLiteral(scriptFile)};`,
    `export { default } from ${stringLiteral(scriptFile)};`,
    "",
    "const { scenarios = {}, vus, duration, iterations, stages, ...rest } = script.options || {};",
    "const [only] = Object.values(scenarios);",
    "if (Object.keys(scenarios).length > 1) {",
    '  throw new Error("the script has several scenarios: run it without the parameter rate, with its own arrivals");',
    "}",
    "",
    "export const options = {",
    "  ...rest,",
    "  scenarios: {",
    `    ${stringLiteral(workload.scenario)}: {`,
    '      exec: (only && only.exec) || "default",',
    "      ...(only && only.env ? { env: only.env } : {}),",
    "      ...(only && only.tags ? { tags: only.tags } : {}),",
    ...fields.map((line) => `      ${line}`),
    "    },",
    "  },",
    "};",
  ].join("\n")}\n`;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { parse as parseYaml } from "yaml";
import { CI_TEMPLATES } from "../../../cli/commands/init";
import { createProgram } from "../../../cli/program";
import { createTerminal } from "../../../cli/terminal";
import { DEFAULT_POLICY, loadPolicy } from "../../../core/policy";

const ROOT = join(__dirname, "../../..");
const services = Object.entries(CI_TEMPLATES).map(([name, { template }]) => [name, template] as const);

/** Every string of a document, wherever it stands. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** Command lines of perfbed in the scripts of a pipeline: what follows `npx perfbed`, continuation lines joined. */
function perfbedCommands(document: unknown): readonly (readonly string[])[] {
  return strings(document)
    .flatMap((text) => text.replaceAll("\\\n", " ").split("\n"))
    .flatMap((line) => /npx perfbed (.+)$/.exec(line.trim())?.[1] ?? [])
    .map((line) => line.replaceAll('"', "").trim().split(/\s+/));
}

/** Finds the command and takes its options apart as the real command line would; runs nothing. */
function requireKnown(program: Command, words: readonly string[]): void {
  const [name = "", ...rest] = words;
  const command = program.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  const { unknown } = command.parseOptions(rest);
  if (unknown.length > 0) throw new Error(`${name} has no option ${unknown.join(" ")}`);
}

const program = createProgram({ terminal: createTerminal(), json: false, exitWith: () => {} });

describe.each(services)("the %s template", (_, template) => {
  const text = readFileSync(join(ROOT, template), "utf8");
  const document: unknown = parseYaml(text);

  test("is YAML whose perfbed commands and options all exist", () => {
    const commands = perfbedCommands(document);
    expect(commands.map(([name]) => name)).toEqual(
      expect.arrayContaining(["gate", "campaign", "history", "sweep"]),
    );
    for (const words of commands) requireKnown(program, words);
  });

  test("publishes what perfbed gate writes, and deploys only behind the gate", () => {
    expect(text).toContain("perfbed-results/*/junit.xml");
    const deploy: unknown = Reflect.get(Object(Reflect.get(Object(document), "jobs") ?? document), "deploy");
    expect(strings(Reflect.get(Object(deploy), "needs")).join()).toMatch(/^(performance-)?gate$/);
  });

  test("never ignores an exit code of perfbed", () => {
    for (const line of text.split("\n").filter((each) => each.includes("npx perfbed"))) {
      expect(line).not.toMatch(/\|\|\s*(true|:)|;\s*true/);
    }
  });
});

test("the check above finds commands and options that do not exist", () => {
  expect(() => requireKnown(program, ["gaet"])).toThrow("no command gaet");
  expect(() => requireKnown(program, ["gate", "--basline", "x"])).toThrow("no option --basline");
});

test("the GitHub template's gate hands every exit code on, and only a pass deploys", () => {
  const document = parseYaml(readFileSync(join(ROOT, CI_TEMPLATES.github.template), "utf8"));
  const gate = document.jobs.gate.steps.find((step: { id?: string }) => step.id === "gate");
  expect(gate.run).toMatch(/code=\$\?[\s\S]*exit "\$code"/);
  expect(document.jobs.deploy.if).toContain("needs.gate.outputs.verdict == 'pass'");
});

test("the policy template says the defaults", () => {
  expect(loadPolicy(join(ROOT, "docs/ci/perfbed.policy.yaml"))).toEqual(DEFAULT_POLICY);
});

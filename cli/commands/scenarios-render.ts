import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { ConfigError } from "../../core/errors";
import { LOAD_TOOLS, type LoadTool } from "../../scenarios/model";
import type { CliContext } from "../context";
import { collectParameter } from "./options";

const HELP = `
Examples:
  perfbed scenarios render load --tool gatling --out gatling-load
  perfbed scenarios render ./checkout-rush.ts --tool jmeter --out plan --set peakRate=40`;

interface ParsedRender {
  readonly tool: LoadTool;
  readonly out: string;
  readonly set: string[];
}

/** The native files of a scenario, to read, to keep, and to run with nothing but the tool. */
export function addScenariosRender(scenarios: Command, context: CliContext): Command {
  return scenarios
    .command("render")
    .argument("<name|file>", "catalogue name or scenario file (.ts)")
    .description("write a scenario as native files of a load tool, with a README on how to run them alone")
    .addOption(new Option("--tool <name>", "the load tool").choices(LOAD_TOOLS).default("k6"))
    .requiredOption("--out <folder>", "a new or empty folder")
    .option("--set <name=value>", "parameter of the scenario; repeatable", collectParameter, [])
    .addHelpText("after", HELP)
    .action(async (name: string, options: ParsedRender) => {
      const { adapterOf } = await import("../../scenarios/adapters");
      const { resolveWorkload } = await import("../../scenarios/resolve");
      const { terminal, json } = context;
      const workload = await resolveWorkload({
        scenario: name,
        baseDir: process.cwd(),
        parameters: {},
        set: options.set,
        storefront: true,
      });
      const adapter = adapterOf(options.tool);
      const problems = [
        ...adapter.problems(workload),
        ...(workload.script === undefined
          ? []
          : [
              {
                field: "scenario",
                value: name,
                allowed: "a scenario of perfbed's: a script is native already",
              },
            ]),
      ];
      if (problems.length > 0) throw new ConfigError(`${adapter.title} cannot run this scenario`, problems);
      const folder = resolve(options.out);
      await requireEmpty(folder);
      const { files, readme } = adapter.renderNative(workload);
      const readmeText = `# ${workload.scenario} for ${adapter.title}\n\n${workload.description}\n\n${readme}\n`;
      const all = { ...files, "README.md": readmeText };
      for (const [file, content] of Object.entries(all)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), content);
      }
      const written = Object.keys(all).map((file) => join(folder, file));
      terminal.out(
        json ? JSON.stringify({ tool: options.tool, files: written }, null, 2) : written.join("\n"),
      );
    });
}

async function requireEmpty(folder: string): Promise<void> {
  const there = await readdir(folder).catch(() => []);
  if (there.length === 0) return;
  throw new ConfigError("Nothing was written", [
    {
      field: "--out",
      value: folder,
      allowed: "a new or empty folder",
      hint: `It holds ${there.slice(0, 3).join(", ")}.`,
    },
  ]);
}

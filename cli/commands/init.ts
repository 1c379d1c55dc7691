import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { Argument, type Command } from "commander";
import { ConfigError } from "../../core/errors";
import { packageRoot } from "../../core/home";
import type { CliContext } from "../context";

const HELP = `
Examples:
  perfbed init ci github      writes .github/workflows/performance.yml
  perfbed init ci gitlab      writes perfbed.gitlab-ci.yml, to be included from .gitlab-ci.yml

Both run perfbed gate, publish JUnit, the report and a comment, and deploy only when the gate passed. See docs/ci.md.`;

/** Templates are files of docs/ci, so that the documentation is what is written. By the name of the service. */
export const CI_TEMPLATES = {
  github: { template: "docs/ci/github-actions.yml", target: ".github/workflows/performance.yml" },
  gitlab: { template: "docs/ci/gitlab-ci.yml", target: "perfbed.gitlab-ci.yml" },
} as const;

type Service = keyof typeof CI_TEMPLATES;

const POLICY = { template: "docs/ci/perfbed.policy.yaml", target: "perfbed.policy.yaml" } as const;

interface Written {
  readonly file: string;
  readonly state: "written" | "kept";
}

async function writeTemplates(service: Service, folder: string, force: boolean): Promise<readonly Written[]> {
  const { writeTextFile } = await import("../../campaign/files");
  const main = CI_TEMPLATES[service];
  const target = resolve(folder, main.target);
  if (existsSync(target) && !force) {
    throw new ConfigError("There is such a file already", [
      {
        field: relative(folder, target),
        allowed: "a file that does not exist yet",
        hint: "--force overwrites it.",
      },
    ]);
  }
  const written: Written[] = [];
  for (const { template, target } of [main, POLICY]) {
    const file = resolve(folder, target);
    // A policy is the user's own decision: it is never overwritten, not even by force.
    if (target === POLICY.target && existsSync(file)) {
      written.push({ file, state: "kept" });
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await writeTextFile(file, await readFile(join(packageRoot(), template), "utf8"));
    written.push({ file, state: "written" });
  }
  return written;
}

export function addInit(program: Command, context: CliContext): Command {
  const command = program.command("init").description("write files to start from").addHelpText("after", HELP);
  command
    .command("ci")
    .description("write a pipeline that gates merges and deployments")
    .addArgument(new Argument("<service>", "the CI service").choices(Object.keys(CI_TEMPLATES)))
    .option("--force", "overwrite the pipeline file")
    .option("--json", "print one JSON document on standard output, nothing else")
    .exitOverride()
    .action(async (service: Service, options: { readonly force?: boolean }) => {
      const files = await writeTemplates(service, process.cwd(), options.force ?? false);
      context.terminal.out(
        context.json
          ? JSON.stringify({ files }, null, 2)
          : files
              .map(({ file, state }) => `${state.padEnd(9)} ${relative(process.cwd(), file)}`)
              .concat("Read the comments at the top: versions to compare, runner, secrets.")
              .join("\n"),
      );
    });
  return command;
}

import { CommanderError } from "commander";
import { ExitCode } from "../core/errors";
import { reportError } from "./errors";
import { createProgram } from "./program";
import { createTerminal } from "./terminal";

async function main(argv: readonly string[]): Promise<ExitCode> {
  const json = argv.includes("--json");
  const terminal = createTerminal({ json, colour: !argv.includes("--no-colour") });
  let code: ExitCode = ExitCode.Pass;
  const program = createProgram({
    terminal,
    json,
    exitWith: (result) => {
      code = result;
    },
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return reportError(error, terminal, json && !(error instanceof CommanderError));
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = ExitCode.Internal;
  },
);

import type { Command } from "commander";

/** Where results are recorded. */
export function historyOptions(command: Command): Command {
  return command
    .option(
      "--history <address>",
      "record the result here: a folder, s3://bucket/prefix or postgres://user@host/db (default: <results>/history)",
    )
    .option("--no-history", "record nothing");
}

export interface ParsedHistory {
  /** False: `--no-history`. True is commander's word for "nothing given". */
  readonly history?: string | boolean;
}

/** As the plan takes it: an address, false, or nothing. */
export function historyChoice({ history }: ParsedHistory): { readonly history?: string | false } {
  return history === undefined || history === true ? {} : { history };
}

import picocolors from "picocolors";

/** Colour only where a person looks: a terminal, NO_COLOR unset, `--no-colour` not given. */
export interface Terminal {
  readonly colours: ReturnType<typeof picocolors.createColors>;
  readonly colour: boolean;
  /** Progress lines may be redrawn. */
  readonly interactive: boolean;
  readonly width: number;
  /** Results: standard output. */
  out(text: string): void;
  /** Progress, notes and errors: standard error. */
  err(text: string): void;
}

export interface TerminalOptions {
  readonly colour?: boolean;
  /** With `--json`, standard output holds one JSON document and nothing else. */
  readonly json?: boolean;
}

/** A reader that has gone (`perfbed scenarios | head`) is no reason to fail, and none to leave an environment standing. */
function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

export function createTerminal(options: TerminalOptions = {}): Terminal {
  tolerateClosedPipe(process.stdout);
  tolerateClosedPipe(process.stderr);
  const isTerminal = process.stderr.isTTY === true;
  const noColour = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
  const colour = options.colour !== false && isTerminal && !noColour && process.env.TERM !== "dumb";
  return {
    colours: picocolors.createColors(colour),
    colour,
    interactive: isTerminal && process.env.TERM !== "dumb" && process.env.CI === undefined,
    width: Math.max(60, process.stderr.columns ?? 100),
    out: (text) => {
      process.stdout.write(`${text}\n`);
    },
    err: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}

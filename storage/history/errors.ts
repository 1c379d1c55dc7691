import { ExitCode, PerfbedError, type PerfbedErrorOptions } from "../../core/errors";

/**
 * The history could not be read or written. The measurement is not at fault, so it has the exit code of a wrong setting; a campaign
 * keeps its own verdict.
 */
export class HistoryError extends PerfbedError {
  override readonly name = "HistoryError";
  constructor(code: string, message: string, options: PerfbedErrorOptions = {}) {
    super(code, ExitCode.Usage, message, options);
  }
}

export function conflict(location: string, campaign: string, run: string): HistoryError {
  return new HistoryError(
    "PERFBED_HISTORY_CONFLICT",
    `${campaign}/${run} is in ${location} already, with other figures; the first record stays`,
    {
      hint: "A run is recorded once. If it was judged anew by another version of perfbed, keep the first record.",
    },
  );
}

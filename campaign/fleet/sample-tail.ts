import { type SampleFile, SampleOutput } from "../../scenarios/adapters/sample-file";
import { CsvTail } from "./csv-tail";
import { RowsTail } from "./rows-tail";

/** What the rows of interest say, in file order. */
export interface SampleSink {
  request(endedAtUs: number, durationMs: number): void;
  /** The status was not an expected one, or there was none. */
  failedRequest(endedAtUs: number): void;
  failedCheck(atUs: number): void;
  /** An iteration, with its journey and its number (from 1) among the fleet's, where the rows say so. */
  started(atUs: number, arrival?: { readonly journey: string; readonly number: number }): void;
  dropped(atUs: number, count: number): void;
  /** The generator's scenario began, ms since the epoch. */
  scenarioStart(atMs: number): void;
  /** How late an iteration started against its plan, where the tool knows it. */
  late(atUs: number, byUs: number): void;
}

/** Follows the samples that a generator writes. */
export interface SampleTail {
  poll(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

export function tailOf(file: SampleFile, sink: SampleSink): SampleTail {
  switch (file.output) {
    case SampleOutput.Perfbed:
    case SampleOutput.Csv:
      return new CsvTail(file.path, file.native, sink);
    case SampleOutput.Rows:
      return new RowsTail(file.path, sink);
  }
}

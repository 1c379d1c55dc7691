import { FileTail } from "./file-tail";
import type { SampleSink } from "./sample-tail";

/** What a k6 has to tell. */
export type CsvTailSink = Omit<SampleSink, "late">;

const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
/** The header, and no other row, begins with m. */
const HEADER = 0x6d;
const LETTER = { _: 0x5f, c: 0x63, d: 0x64, h: 0x68, i: 0x69, p: 0x70, r: 0x72 } as const;
/** perfbed's output: the end, the duration and whether it failed in one row. */
const REQUEST = Buffer.from("http_req,");
const REQUEST_DURATION = Buffer.from("http_req_duration,");
const REQUEST_FAILED = Buffer.from("http_req_failed,");
const ITERATION_DURATION = Buffer.from("iteration_duration,");
const CHECKS = Buffer.from("checks,");

/** Whether the text stands at that place. From its end, where k6's names differ most. */
function isAt(data: Buffer, at: number, text: Buffer): boolean {
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (data[at + index] !== text[index]) return false;
  }
  return true;
}

/** First letter of a row's value; `time` is where its time stamp begins. */
const valueAt = (data: Buffer, time: number): number | undefined => data[data.indexOf(COMMA, time) + 1];

/** The number at `from`, up to the next comma: digits with or without a decimal point, which is all that k6 writes. */
function decimal(data: Buffer, from: number): number {
  let digits = 0;
  let scale = 0;
  for (let at = from; ; at += 1) {
    const byte = data[at];
    if (byte === DOT) scale = 1;
    else if (byte === undefined || byte < ZERO) return scale === 0 ? digits : digits / scale;
    else {
      digits = digits * 10 + (byte - ZERO);
      scale *= 10;
    }
  }
}

/**
 * Follows the samples that a k6 process writes, through either output. Reads each byte once and makes strings of the rarest rows only: three milliseconds for
 * a second of 2,000 requests.
 */
export class CsvTail {
  readonly #tail: FileTail;
  /** Where a row says its journey; the outputs differ in it. */
  #journeyColumn = -1;

  constructor(
    path: string,
    private readonly native: boolean,
    private readonly sink: CsvTailSink,
  ) {
    this.#tail = new FileTail(path, (data, from, to) => {
      if (data[from] === HEADER) {
        this.#journeyColumn = data.toString("latin1", from, to).split(",").indexOf("scenario");
      } else if (!this.#common(data, from) && this.#isWanted(data, from)) {
        this.#row(data.toString("latin1", from, to));
      }
    });
  }

  poll(): Promise<void> {
    return this.#tail.poll();
  }

  close(): Promise<void> {
    return this.#tail.close();
  }

  /**
   * The rows that every request and iteration brings, told without making strings of them, and those of no interest beside them. At full
   * speed they are a hundred thousand a second, and what reading them costs is missing to the generators on the same machine.
   * @returns false for any other row
   */
  #common(data: Buffer, at: number): boolean {
    switch (data[at]) {
      case LETTER.h: {
        if (data[at + 8] === COMMA && isAt(data, at, REQUEST)) {
          this.#request(data, at + REQUEST.length);
          return true;
        }
        // k6's own nine rows a request: most are none of the two of interest, by one letter.
        if (data[at + 8] !== LETTER._) return true;
        if (isAt(data, at, REQUEST_DURATION)) {
          const time = at + REQUEST_DURATION.length;
          this.sink.request(decimal(data, time), decimal(data, data.indexOf(COMMA, time) + 1));
          return true;
        }
        return !isAt(data, at, REQUEST_FAILED) || valueAt(data, at + REQUEST_FAILED.length) === ZERO;
      }
      case LETTER.c:
        return !this.native || !isAt(data, at, CHECKS) || valueAt(data, at + CHECKS.length) !== ZERO;
      case LETTER.i: {
        if (!this.native || !isAt(data, at, ITERATION_DURATION)) return true;
        const time = at + ITERATION_DURATION.length;
        const durationMs = decimal(data, data.indexOf(COMMA, time) + 1);
        this.sink.started(decimal(data, time) - durationMs * 1000);
        return true;
      }
      default:
        return false;
    }
  }

  #request(data: Buffer, time: number): void {
    const atUs = decimal(data, time);
    const duration = data.indexOf(COMMA, time) + 1;
    this.sink.request(atUs, decimal(data, duration));
    if (valueAt(data, duration) === ONE) this.sink.failedRequest(atUs);
  }

  #isWanted(data: Buffer, at: number): boolean {
    switch (data[at]) {
      case LETTER.h:
      case LETTER.p:
        return true;
      case LETTER.d:
        // dropped_iterations, not data_sent
        return data[at + 1] === LETTER.r;
      case LETTER.c:
        return this.native;
      default:
        return false;
    }
  }

  #row(line: string): void {
    const fields = line.split(",");
    const [metric, time, value] = fields;
    const atUs = Number(time);
    const amount = Number(value);
    switch (metric) {
      case "http_req_failed":
        if (amount !== 0) this.sink.failedRequest(atUs);
        return;
      case "perfbed_check_failed":
        this.sink.failedCheck(atUs);
        return;
      case "checks":
        if (amount === 0) this.sink.failedCheck(atUs);
        return;
      case "perfbed_visit_started":
        this.sink.started(atUs, { journey: fields[this.#journeyColumn] ?? "", number: amount });
        return;
      case "perfbed_exchange":
        this.sink.request(atUs, amount);
        if (line.includes("failed=1")) this.sink.failedRequest(atUs);
        return;
      case "dropped_iterations":
        this.sink.dropped(atUs, amount);
        return;
      case "perfbed_scenario_start_ms":
        this.sink.scenarioStart(amount);
        return;
      default:
        return;
    }
  }
}

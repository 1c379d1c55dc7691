import { FileTail } from "./file-tail";
import type { SampleSink, SampleTail } from "./sample-tail";

const COMMA = 0x2c;
const ZERO = 0x30;
const MINUS = 0x2d;
const ONE = 0x31;
/** The kinds differ in their first letter, but for `dropped` (see scenarios/adapters/rows/columns.ts). */
const KIND = { request: 0x72, started: 0x73, dropped: 0x64, began: 0x62 } as const;

/** Follows the rows that perfbed's recorders write inside Locust, Gatling and JMeter. No strings are made of them. */
export class RowsTail implements SampleTail {
  readonly #tail: FileTail;
  #at = 0;

  constructor(
    path: string,
    private readonly sink: SampleSink,
  ) {
    this.#tail = new FileTail(path, (data, from) => this.#line(data, from));
  }

  poll(): Promise<void> {
    return this.#tail.poll();
  }

  close(): Promise<void> {
    return this.#tail.close();
  }

  /** kind,at_us,duration_us,first_byte_us,status,ok,late_us,… */
  #line(data: Buffer, from: number): void {
    const kind = data[from];
    this.#at = data.indexOf(COMMA, from) + 1;
    switch (kind) {
      case KIND.request: {
        const atUs = this.#integer(data) ?? 0;
        const durationUs = this.#integer(data) ?? 0;
        this.#skip(data, 2);
        this.sink.request(atUs + durationUs, durationUs / 1000);
        if (data[this.#at] !== ONE) this.sink.failedRequest(atUs + durationUs);
        return;
      }
      case KIND.started: {
        const atUs = this.#integer(data) ?? 0;
        this.#skip(data, 4);
        const lateUs = this.#integer(data);
        this.sink.started(atUs);
        if (lateUs !== undefined) this.sink.late(atUs, lateUs);
        return;
      }
      case KIND.dropped:
        this.sink.dropped(this.#integer(data) ?? 0, 1);
        return;
      case KIND.began:
        this.sink.scenarioStart((this.#integer(data) ?? 0) / 1000);
        return;
    }
  }

  /** The integer of the field; undefined for an empty one. Goes on to the next field. */
  #integer(data: Buffer): number | undefined {
    const negative = data[this.#at] === MINUS;
    let at = negative ? this.#at + 1 : this.#at;
    const first = at;
    let value = 0;
    for (; ; at += 1) {
      const digit = (data[at] ?? COMMA) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#at = at + 1;
    if (at === first) return undefined;
    return negative ? -value : value;
  }

  #skip(data: Buffer, fields: number): void {
    for (let field = 0; field < fields; field += 1) this.#at = data.indexOf(COMMA, this.#at) + 1;
  }
}

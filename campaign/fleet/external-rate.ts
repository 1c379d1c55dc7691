import { readFile } from "node:fs/promises";
import { request } from "undici";
import { DEFAULT_PACING_SECONDS, type ExternalRate } from "../../scenarios/executor";

const PERIOD_MS = 1_000;

/** A rate as text; undefined where it is none that the executor allows. */
export function rateOf(text: string, maxRatePerSecond: number): number | undefined {
  const trimmed = text.trim();
  const rate = trimmed === "" ? Number.NaN : Number(trimmed);
  return rate >= 0 && rate <= maxRatePerSecond ? rate : undefined;
}

/** Users of the whole fleet, so that together they begin `rate` visits a second. */
export const pacedUsers = (rate: number, pacingSeconds: number): number => Math.round(rate * pacingSeconds);

async function readControl(control: string): Promise<string> {
  if (control.startsWith("/")) return readFile(control, "utf8");
  const response = await request(control, { headersTimeout: 2_000, bodyTimeout: 2_000 });
  return response.body.text();
}

/** Keeps the fleet at the rate that a file or an URL says, until it is stopped. */
export class RateControl {
  #timer: NodeJS.Timeout | undefined;
  #rate: number;
  #reading = false;
  /** Readings that were no rate: each left the rate as it was. */
  unreadable = 0;
  /** Every change: milliseconds since the epoch and the new rate. */
  readonly changes: { readonly atMs: number; readonly ratePerSecond: number }[] = [];

  constructor(
    private readonly executor: ExternalRate,
    private readonly scale: (ratePerSecond: number) => Promise<void>,
  ) {
    this.#rate = executor.startRatePerSecond;
  }

  get ratePerSecond(): number {
    return this.#rate;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#read(), PERIOD_MS);
    void this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    // A slow answer must not be overtaken by the next.
    if (this.#reading) return;
    this.#reading = true;
    try {
      const rate = rateOf(await readControl(this.executor.control), this.executor.maxRatePerSecond);
      if (rate === undefined) this.unreadable += 1;
      else if (rate !== this.#rate) {
        await this.scale(rate);
        this.#rate = rate;
        this.changes.push({ atMs: Date.now(), ratePerSecond: rate });
      }
    } catch {
      this.unreadable += 1;
    } finally {
      this.#reading = false;
    }
  }
}

/** @default pacing of an executor */
export const pacingOf = (executor: ExternalRate): number => executor.pacingSeconds ?? DEFAULT_PACING_SECONDS;

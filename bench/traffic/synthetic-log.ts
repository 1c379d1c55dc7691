import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type SeededRandom, seededRandom } from "../../analysis/statistics/seeded-random";
import { simulateVisit } from "../../analysis/traffic/chain";
import {
  SHOP_ARTICLES,
  SHOP_CATEGORIES,
  SHOP_CHAIN,
  SHOP_PAGES,
  SHOP_PRODUCT_EXPONENT,
  SHOP_PRODUCTS,
} from "./synthetic-shop";

export interface SyntheticLogOptions {
  readonly seed: number;
  /** Start of the log, ms since the epoch. */
  readonly fromMs: number;
  /** Mean sessions per minute over the day; by hour it goes from a third to twice as many. */
  readonly sessionsPerMinute: number;
  /** The log ends with this, whichever comes first. @default endless */
  readonly minutes?: number;
  readonly bytes?: number;
  /** Static files, crawlers, health checks and lines that are no log lines among the visits. @default true */
  readonly noise?: boolean;
  /** `json`: nginx JSON with milliseconds, the session's cookie and what else it has. @default "combined" */
  readonly format?: "combined" | "json";
}

/** What is true of the log written. */
export interface SyntheticLogTruth {
  readonly lines: number;
  readonly bytes: number;
  readonly sessions: number;
  /** Requests of visitors for pages. */
  readonly pageRequests: number;
  readonly malformedLines: number;
  /** Sessions by minute since the log's start. */
  readonly sessionsByMinute: readonly number[];
}

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
];
const CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number): string => String(value).padStart(2, "0");

/** `10/Oct/2000:13:55:36 +0000` */
export function commonTime(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

/** Draws ranks 1..n by Zipf's law, from its cumulative distribution. */
export function zipfSampler(n: number, exponent: number): (random: SeededRandom) => number {
  const cumulative = new Float64Array(n);
  let sum = 0;
  for (let rank = 1; rank <= n; rank++) {
    sum += rank ** -exponent;
    cumulative[rank - 1] = sum;
  }
  return (random) => {
    const wanted = random.next() * sum;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  };
}

/** Poisson number by counting exponential gaps (Knuth); a normal one for large means. */
export function poisson(mean: number, random: SeededRandom): number {
  if (mean > 500) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count += 1;
  return count;
}

interface Visitor {
  readonly address: string;
  readonly agent: string;
  readonly session: string;
}

const hex = (random: SeededRandom, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join("");

const uuid = (random: SeededRandom): string =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;

function visitor(random: SeededRandom, number: number): Visitor {
  const six = random.next() < 0.2;
  return {
    address: six
      ? `2001:db8:${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}::${(1 + random.below(9)).toString(16)}`
      : `${10 + ((number >>> 16) % 200)}.${(number >>> 8) & 255}.${number & 255}.${1 + random.below(254)}`,
    agent: AGENTS[random.below(AGENTS.length)] ?? "",
    session: hex(random, 32),
  };
}

/** Sessions of an hour over the daily mean: quiet at four in the morning, busy at eight in the evening. */
export const hourFactor = (hour: number): number => 1.15 + 0.85 * Math.sin(((hour - 14) / 24) * 2 * Math.PI);

/** Writes a seeded access log of the synthetic shop, in the order of time, and tells what is in it. */
export async function writeSyntheticLog(
  file: string,
  options: SyntheticLogOptions,
): Promise<SyntheticLogTruth> {
  const writer = new LogWriter(options);
  const out = createWriteStream(file, { highWaterMark: 4 << 20 });
  const { minutes = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = options;
  for (let minute = 0; minute < minutes && writer.bytes < bytes; minute++) {
    const text = writer.minute(minute);
    if (text !== "" && !out.write(text, "latin1")) await once(out, "drain");
  }
  out.end(writer.rest(), "latin1");
  await once(out, "close");
  return writer.truth();
}

class LogWriter {
  bytes = 0;
  readonly #random: SeededRandom;
  readonly #product = zipfSampler(SHOP_PRODUCTS, SHOP_PRODUCT_EXPONENT);
  readonly #category = zipfSampler(SHOP_CATEGORIES, 0.7);
  readonly #article = zipfSampler(SHOP_ARTICLES, 1.1);
  /** Lines by second, of sessions that are still going on. */
  readonly #pending = new Map<number, string[]>();
  #nextSecond = 0;
  #lastSecond = -1;
  #lines = 0;
  #sessions = 0;
  #pageRequests = 0;
  #malformed = 0;
  readonly #sessionsByMinute: number[] = [];

  constructor(private readonly options: SyntheticLogOptions) {
    this.#random = seededRandom(options.seed);
  }

  /** Text of everything that happened up to the end of the minute. */
  minute(minute: number): string {
    const { fromMs, sessionsPerMinute, noise = true } = this.options;
    const hour = new Date(fromMs + minute * 60_000).getUTCHours();
    const sessions = poisson(sessionsPerMinute * hourFactor(hour), this.#random);
    this.#sessionsByMinute.push(sessions);
    for (let index = 0; index < sessions; index++) this.#visit(minute * 60 + this.#random.next() * 60);
    if (noise) this.#noise(minute * 60);
    return this.#flush((minute + 1) * 60);
  }

  rest(): string {
    return this.#flush(this.#lastSecond + 1);
  }

  truth(): SyntheticLogTruth {
    return {
      lines: this.#lines,
      bytes: this.bytes,
      sessions: this.#sessions,
      pageRequests: this.#pageRequests,
      malformedLines: this.#malformed,
      sessionsByMinute: this.#sessionsByMinute,
    };
  }

  #flush(untilSecond: number): string {
    const parts: string[] = [];
    for (; this.#nextSecond < untilSecond; this.#nextSecond++) {
      const lines = this.#pending.get(this.#nextSecond);
      if (lines === undefined) continue;
      this.#pending.delete(this.#nextSecond);
      this.#lines += lines.length;
      parts.push(...lines);
    }
    if (parts.length === 0) return "";
    const text = `${parts.join("\n")}\n`;
    this.bytes += text.length;
    return text;
  }

  #visit(startSecond: number): void {
    const random = this.#random;
    const who = visitor(random, this.#sessions);
    this.#sessions += 1;
    const cart = uuid(random);
    let at = startSecond;
    for (const state of simulateVisit(SHOP_CHAIN, random)) {
      const page = SHOP_PAGES[state];
      if (page === undefined) continue;
      this.#pageRequests += 1;
      this.#line(at, who, page.method, this.#target(state, cart), page.method === "POST" ? 201 : 200);
      if (state === 0 && this.options.noise !== false) {
        this.#line(at + 0.1, who, "GET", "/static/shop.css", 200);
        this.#line(at + 0.1, who, "GET", "/static/shop.js", 200);
      }
      const { pauseMeanSeconds: mean, pauseSigma: sigma } = page;
      // Longer ones would be another visit.
      at += Math.min(1500, mean * Math.exp(sigma * random.normal() - (sigma * sigma) / 2));
    }
  }

  #target(state: number, cart: string): string {
    const random = this.#random;
    switch (state) {
      case 1:
        return `/api/categories/${this.#category(random)}/products?page=${1 + random.below(4)}`;
      case 2:
        return `/api/products/${this.#product(random)}`;
      case 3:
        return `/api/search?q=oak+desk+${random.below(1000)}&page=1`;
      case 4:
        return "/api/carts";
      case 5:
        return `/api/carts/${cart}`;
      case 6:
        return `/api/carts/${cart}/checkout`;
      case 7:
        return `/blog/how-to-choose-a-lamp-part-${this.#article(random)}`;
      default:
        return "/";
    }
  }

  #noise(second: number): void {
    const random = this.#random;
    const probe: Visitor = { address: "10.0.0.1", agent: "kube-probe/1.29", session: "" };
    for (let at = 0; at < 60; at += 10) this.#line(second + at, probe, "GET", "/health", 200);
    const crawler: Visitor = { address: "66.249.66.1", agent: CRAWLER, session: "" };
    this.#line(
      second + random.next() * 60,
      crawler,
      "GET",
      `/api/products/${1 + random.below(SHOP_PRODUCTS)}`,
      200,
    );
    if (random.next() < 0.05) {
      this.#push(second + random.next() * 60, '203.0.113.9 - - [broken "\\x16\\x03\\x01" 400 0 "-" "-"');
      this.#malformed += 1;
    }
  }

  #line(second: number, who: Visitor, method: string, target: string, status: number): void {
    const ms = this.options.fromMs + second * 1000;
    this.#push(
      second,
      this.options.format === "json"
        ? JSON.stringify({
            time_iso8601: new Date(ms).toISOString(),
            remote_addr: who.address,
            request_method: method,
            request_uri: target,
            status,
            body_bytes_sent: 1234,
            http_referer: "https://shop.example/",
            http_user_agent: who.agent,
            cookie_session: who.session,
          })
        : `${who.address} - - [${commonTime(ms)}] "${method} ${target} HTTP/1.1" ${status} 1234 "https://shop.example/" "${who.agent}"`,
    );
  }

  #push(second: number, line: string): void {
    const whole = Math.floor(second);
    this.#lastSecond = Math.max(this.#lastSecond, whole);
    const lines = this.#pending.get(whole);
    if (lines === undefined) this.#pending.set(whole, [line]);
    else lines.push(line);
  }
}

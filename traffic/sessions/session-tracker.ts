/** A visit: requests of one client without a pause longer than the idle time. */
export interface Session {
  /** Times of its requests, ms since the epoch, ascending. */
  readonly timesMs: readonly number[];
  /** Index of each request's step. */
  readonly steps: readonly number[];
}

export type BotPattern = "asked for robots.txt" | "too many requests" | "too fast" | "as regular as a clock";

export interface SessionListener {
  onSession(session: Session): void;
  /** A visit that is no person's. */
  onBot(pattern: BotPattern, requests: number): void;
}

export interface SessionOptions {
  readonly idleMs: number;
  /** Sessions that no person makes are told apart. */
  readonly findBots: boolean;
  /** Step of the clock, seconds: pauses below it are not known. */
  readonly resolutionSeconds: number;
}

/** No visitor looks at so many pages. */
const MOST_REQUESTS = 1000;
/** Requests of a visit from which its pace says something. */
const ENOUGH_FOR_PACE = 30;
/** Pages a second over a whole visit: faster than anybody reads, and than single-page applications ask over a longer time. */
const FASTEST_PER_SECOND = 2;
const ENOUGH_FOR_RHYTHM = 20;
/** Spread of the pauses over their mean; people's is near 1. */
const MOST_REGULAR = 0.1;
/** Visits open at once. Beyond it the one that has waited longest is taken for ended. */
const MOST_OPEN = 400_000;

interface Open {
  key: number;
  firstMs: number;
  lastMs: number;
  /** When it came to its place in the order. */
  placedMs: number;
  /** Milliseconds since `firstMs`; small numbers take less memory than times. */
  readonly offsets: number[];
  readonly steps: number[];
  requests: number;
  robots: boolean;
  cookie: boolean;
}

/** Puts the requests of a log together to visits, in the order they come in. */
export class SessionTracker {
  /** In the order of `placedMs`: that of their last requests, roughly. */
  readonly #open = new Map<number, Open>();
  #nextSweepMs = Number.NEGATIVE_INFINITY;
  /** Visits that were ended early because too many were open. */
  cutShort = 0;
  /** Visits known by a cookie. */
  byCookie = 0;

  constructor(
    private readonly options: SessionOptions,
    private readonly listener: SessionListener,
  ) {}

  /**
   * @param session hash of the session's cookie, where the log has one
   * @param step index, or undefined for a request that is none but belongs to the visit (robots.txt)
   */
  add(
    client: number,
    session: number | null,
    timeMs: number,
    step: number | undefined,
    robots = false,
  ): void {
    this.#sweep(timeMs);
    const key = session ?? client;
    let visit = this.#open.get(key) ?? (session === null ? undefined : this.#claim(client, session, timeMs));
    if (visit !== undefined && this.#apart(visit, timeMs)) {
      this.#close(visit);
      visit = undefined;
    }
    if (visit === undefined) {
      visit = {
        key,
        firstMs: timeMs,
        lastMs: timeMs,
        placedMs: timeMs,
        offsets: [],
        steps: [],
        requests: 0,
        robots: false,
        cookie: session !== null,
      };
    } else if (Math.abs(timeMs - visit.placedMs) > this.options.idleMs / 8) {
      // Moved to the end of the order; not every time, because that is dear, and the sweep does not mind.
      this.#open.delete(key);
      visit.placedMs = timeMs;
    }
    this.#open.set(key, visit);
    visit.lastMs = Math.max(visit.lastMs, timeMs);
    visit.robots ||= robots;
    if (step === undefined) return;
    visit.requests += 1;
    if (visit.requests > MOST_REQUESTS && this.options.findBots) {
      visit.offsets.length = 0;
      visit.steps.length = 0;
      return;
    }
    visit.offsets.push(timeMs - visit.firstMs);
    visit.steps.push(step);
    if (this.#open.size > MOST_OPEN) {
      const [oldest] = this.#open.values();
      if (oldest !== undefined) {
        this.cutShort += 1;
        this.#close(oldest);
      }
    }
  }

  /** A visit begins without a cookie, until the first answer has set one. */
  #claim(client: number, session: number, timeMs: number): Open | undefined {
    const anonymous = this.#open.get(client);
    if (anonymous === undefined || anonymous.key !== client || this.#apart(anonymous, timeMs))
      return undefined;
    this.#open.delete(client);
    anonymous.key = session;
    anonymous.cookie = true;
    anonymous.placedMs = timeMs;
    return anonymous;
  }

  /** Ends what is still open. */
  end(): void {
    for (const session of [...this.#open.values()]) this.#close(session);
  }

  /** Also where a log jumps back in time: what lies further apart than the idle time is another visit. */
  #apart(session: Open, timeMs: number): boolean {
    return timeMs - session.lastMs > this.options.idleMs || session.firstMs - timeMs > this.options.idleMs;
  }

  /** Ends the visits whose time is over, a few times in each idle time. */
  #sweep(nowMs: number): void {
    const { idleMs } = this.options;
    // A clock that jumps back starts anew.
    if (nowMs < this.#nextSweepMs && nowMs > this.#nextSweepMs - 2 * idleMs) return;
    this.#nextSweepMs = nowMs + idleMs / 8;
    for (const session of this.#open.values()) {
      if (this.#apart(session, nowMs)) this.#close(session);
      // Those behind it came to their places later.
      else if (nowMs >= session.placedMs && nowMs - session.placedMs <= idleMs) break;
    }
  }

  #close(session: Open): void {
    this.#open.delete(session.key);
    const pattern = this.options.findBots ? this.#botPattern(session) : undefined;
    if (pattern !== undefined) this.listener.onBot(pattern, session.requests);
    else if (session.steps.length > 0) {
      if (session.cookie) this.byCookie += 1;
      this.listener.onSession(ordered(session));
    }
  }

  #botPattern(session: Open): BotPattern | undefined {
    const { requests, robots, offsets } = session;
    if (robots) return "asked for robots.txt";
    if (requests > MOST_REQUESTS) return "too many requests";
    const seconds = (session.lastMs - session.firstMs) / 1000;
    if (requests >= ENOUGH_FOR_PACE && requests > FASTEST_PER_SECOND * Math.max(1, seconds))
      return "too fast";
    if (requests < ENOUGH_FOR_RHYTHM) return undefined;
    const mean = seconds / (requests - 1);
    // Pauses near the clock's step look regular without being so.
    if (mean < 5 * this.options.resolutionSeconds) return undefined;
    let squares = 0;
    for (let index = 1; index < offsets.length; index++) {
      const pause = ((offsets[index] ?? 0) - (offsets[index - 1] ?? 0)) / 1000;
      squares += (pause - mean) ** 2;
    }
    const spread = Math.sqrt(squares / (requests - 1));
    return spread < MOST_REGULAR * mean ? "as regular as a clock" : undefined;
  }
}

/** Log lines are written when answers are done, and those of several servers are woven together: times go back a little now and then. */
function ordered({ firstMs, offsets, steps }: Open): Session {
  let sorted = true;
  for (let index = 1; sorted && index < offsets.length; index++) {
    sorted = (offsets[index] ?? 0) >= (offsets[index - 1] ?? 0);
  }
  if (sorted) return { timesMs: offsets.map((offset) => firstMs + offset), steps };
  const order = offsets.map((_, index) => index).sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
  return {
    timesMs: order.map((index) => firstMs + (offsets[index] ?? 0)),
    steps: order.map((index) => steps[index] ?? 0),
  };
}

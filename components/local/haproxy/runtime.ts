import { setTimeout as sleep } from "node:timers/promises";
import { HaproxyError, HaproxyErrorCode } from "./errors";
import { sendCommand } from "./socket";
import { type HaproxyStat, HaproxyStatKind, parseShowStat } from "./stat";

export interface HaproxyRuntimeOptions {
  readonly socketPath: string;
  /** @default "app" */
  readonly backendName?: string | undefined;
  /** Milliseconds until an unanswered command fails. @default 3000 */
  readonly timeoutMs?: number;
}

export interface HaproxyServerAddress {
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
}

export interface DrainOutcome {
  /** False when the deadline came first. */
  readonly drained: boolean;
  /** Requests still in flight or queued at the end. */
  readonly remaining: number;
  readonly waitedMs: number;
}

interface HaproxyVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

const SERVER_NAME = /^[A-Za-z0-9][\w.-]*$/;
/** How often HAProxy asks an instance whether it is ready, and how many answers change its mind. */
const CHECK = "check inter 1s fastinter 500ms fall 3 rise 1";

/**
 * HAProxy's runtime API for one backend: instances come and go without a reload. Safe for concurrent use: commands are sent one
 * at a time, each on its own connection, and steps that belong together travel in one line.
 *
 * Instances are added with `add server` (HAProxy 2.4; `experimental-mode`, needed in 2.4 only, is accepted by all later versions).
 * They are retired into maintenance and never deleted: `del server` has crashed HAProxy in several supported releases
 * (haproxy/haproxy issues 2298, 2378, 3177), while a retired server costs a few KiB and no statistics row is asked for.
 */
export class HaproxyRuntime {
  readonly backendName: string;
  readonly #socketPath: string;
  readonly #timeoutMs: number;
  #version: HaproxyVersion | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HaproxyRuntimeOptions) {
    this.#socketPath = options.socketPath;
    this.backendName = options.backendName ?? "app";
    this.#timeoutMs = options.timeoutMs ?? 3000;
  }

  /** Version text of the running HAProxy, e.g. `2.6.12-1`. */
  async version(): Promise<string> {
    return (await this.#runningVersion()).text;
  }

  /** Rows of every frontend, backend and instance; instances in maintenance (retired ones) are left out. */
  async showStat(): Promise<HaproxyStat[]> {
    const rows = parseShowStat(await this.#send("show stat -1 7 -1 no-maint"));
    return rows.filter((row) => row.kind !== HaproxyStatKind.Server || !row.status.startsWith("MAINT"));
  }

  /** Rows of this backend only: the backend itself and its instances that are not retired. */
  async backendStat(): Promise<{ backend: HaproxyStat; servers: ReadonlyMap<string, HaproxyStat> }> {
    const rows = parseShowStat(await this.#send(`show stat ${this.backendName} 6 -1 no-maint`));
    const backend = rows.find((row) => row.kind === HaproxyStatKind.Backend);
    if (backend === undefined) {
      throw new HaproxyError(HaproxyErrorCode.Malformed, `HAProxy has no backend ${this.backendName}`);
    }
    const servers = rows.filter(
      (row) => row.kind === HaproxyStatKind.Server && !row.status.startsWith("MAINT"),
    );
    return { backend, servers: new Map(servers.map((row) => [row.name, row])) };
  }

  /**
   * Adds an instance and opens it to requests at once: call it when the instance is ready. HAProxy goes on checking the ready
   * path (from 2.5 on; 2.4 cannot check a server added at run time).
   * @throws HaproxyError (refused) when the name is taken; names are never free again.
   */
  async addServer(name: string, address: HaproxyServerAddress): Promise<void> {
    const server = this.#path(name);
    if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) {
      throw new RangeError(`port ${address.port} of ${name} is not a port`);
    }
    const version = await this.#runningVersion();
    const checks = version.major > 2 || version.minor >= 5;
    const answer = await this.#send(
      `experimental-mode on; add server ${server} ${address.host ?? "127.0.0.1"}:${address.port}${checks ? ` ${CHECK}` : ""}`,
    );
    if (!answer.includes("New server registered")) throw this.#refused(`add ${name}`, answer);
    await this.#change(
      `open ${name}`,
      `${checks ? `enable health ${server}; ` : ""}set server ${server} state ready`,
    );
  }

  /** Opens an instance to requests again after `drain`. */
  async setReady(name: string): Promise<void> {
    await this.#change(`open ${name}`, `set server ${this.#path(name)} state ready`);
  }

  /** No new requests; those in flight go on. */
  async drain(name: string): Promise<void> {
    await this.#change(`drain ${name}`, `set server ${this.#path(name)} state drain`);
  }

  /**
   * Ends an instance's life in the balancer: checks stop, idle connections close, and it leaves the statistics. Requests still in
   * flight go on until their instance ends them. `closeSessions` cuts them off, for an instance that is dead already.
   */
  async remove(name: string, options: { closeSessions?: boolean } = {}): Promise<void> {
    const server = this.#path(name);
    await this.#change(`retire ${name}`, `set server ${server} state maint`);
    if (options.closeSessions === true) {
      await this.#change(`close sessions of ${name}`, `shutdown sessions server ${server}`);
    }
  }

  /**
   * Waits until a draining instance has no request in flight or queued, seen twice in a row (a request on its way to the instance
   * when the drain began is caught by the second look).
   */
  async waitDrained(
    name: string,
    options: { deadlineMs: number; pollMs?: number; signal?: AbortSignal },
  ): Promise<DrainOutcome> {
    const startedAt = performance.now();
    let quiet = 0;
    for (;;) {
      const { servers } = await this.backendStat();
      const row = servers.get(name);
      const remaining = row === undefined ? 0 : row.currentSessions + (row.queued ?? 0);
      quiet = remaining === 0 ? quiet + 1 : 0;
      const waitedMs = performance.now() - startedAt;
      if (quiet >= 2) return { drained: true, remaining: 0, waitedMs };
      if (waitedMs >= options.deadlineMs || options.signal?.aborted === true) {
        return { drained: remaining === 0, remaining, waitedMs };
      }
      await sleep(options.pollMs ?? 50);
    }
  }

  #path(name: string): string {
    if (!SERVER_NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} cannot name a server`);
    return `${this.backendName}/${name}`;
  }

  async #runningVersion(): Promise<HaproxyVersion> {
    if (this.#version === undefined) {
      const info = await this.#send("show info");
      const match = /^Version: *((\d+)\.(\d+)\S*)/m.exec(info);
      const [, text, major, minor] = match ?? [];
      if (text === undefined || major === undefined || minor === undefined) {
        throw new HaproxyError(HaproxyErrorCode.Malformed, "HAProxy does not say its version");
      }
      this.#version = { text, major: Number(major), minor: Number(minor) };
    }
    return this.#version;
  }

  /** Commands that change a server answer with nothing when they worked. */
  async #change(what: string, command: string): Promise<void> {
    const answer = await this.#send(command);
    if (answer.trim() !== "") throw this.#refused(what, answer);
  }

  #refused(what: string, answer: string): HaproxyError {
    const said = answer.trim() === "" ? "nothing" : answer.trim();
    return new HaproxyError(HaproxyErrorCode.Refused, `HAProxy did not ${what}: it said ${said}`);
  }

  /** One at a time: HAProxy accepts ten connections on its socket, and others read it too. */
  #send(command: string): Promise<string> {
    const next = this.#last.then(() => sendCommand(this.#socketPath, command, this.#timeoutMs));
    this.#last = next.catch(() => undefined);
    return next;
  }
}

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EnvHttpProxyAgent, Response } from "undici";
import { codeOf, messageOf, rootCause } from "../failure";

/** A machine without a way out must find out in seconds, not minutes. */
const CONNECT_TIMEOUT_MS = 4_000;
const FIRST_RESPONSE_TIMEOUT_MS = 8_000;
/** A transfer that brings nothing for this long is dead. */
const STALL_TIMEOUT_MS = 20_000;
const PROGRESS_STEP_BYTES = 8 * 1024 * 1024;

export interface Download {
  readonly url: string;
  /** Lower-case hexadecimal; the file is removed and the download refused when it does not match. */
  readonly sha256: string;
  readonly file: string;
}

/** The download does not have the bytes that its publisher announced. Never retried, never used. */
export class ChecksumMismatch extends Error {
  override readonly name = "ChecksumMismatch";
  constructor(url: string, expected: string, actual: string) {
    super(`${url} has SHA-256 ${actual}, expected is ${expected}: refused`);
  }
}

let agent: EnvHttpProxyAgent | undefined;

/** Opens a URL; throws an error with a plain message when it cannot be had. */
async function open(url: string, signal: AbortSignal, method = "GET"): Promise<Response> {
  const firstResponse = new AbortController();
  const timer = setTimeout(
    () => firstResponse.abort(new Error(`no answer within ${FIRST_RESPONSE_TIMEOUT_MS / 1000} s`)),
    FIRST_RESPONSE_TIMEOUT_MS,
  );
  try {
    // Loaded here, because nearly every command asks where the tools are and nearly none downloads one.
    const undici = await import("undici");
    // Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
    agent ??= new undici.EnvHttpProxyAgent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      bodyTimeout: STALL_TIMEOUT_MS,
    });
    const response = await undici.fetch(url, {
      method,
      dispatcher: agent,
      signal: AbortSignal.any([signal, firstResponse.signal]),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`could not reach ${new URL(url).host} (${networkReason(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Why a URL cannot be reached from here, or undefined when it answers. */
export async function unreachable(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await open(url, signal, "HEAD");
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

export async function downloadText(url: string, signal: AbortSignal): Promise<string> {
  return (await open(url, signal)).text();
}

/** Streams a file to disk and checks it. */
export async function downloadFile(
  download: Download,
  signal: AbortSignal,
  onProgress: (receivedBytes: number, totalBytes: number | undefined) => void,
): Promise<void> {
  const response = await open(download.url, signal);
  if (response.body === null) throw new Error(`${download.url} has no content`);
  const announced = Number(response.headers.get("content-length"));
  const total = announced > 0 ? announced : undefined;
  const hash = createHash("sha256");
  let received = 0;
  let nextReport = PROGRESS_STEP_BYTES;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      if (received >= nextReport) {
        nextReport += PROGRESS_STEP_BYTES;
        onProgress(received, total);
      }
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), meter, createWriteStream(download.file), { signal });
  const actual = hash.digest("hex");
  if (actual !== download.sha256) {
    await rm(download.file, { force: true });
    throw new ChecksumMismatch(download.url, download.sha256, actual);
  }
}

function networkReason(error: unknown): string {
  const reason = rootCause(error);
  return codeOf(reason) ?? messageOf(reason);
}

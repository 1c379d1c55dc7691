import { type FileHandle, open } from "node:fs/promises";
import { isAlive } from "../../components/local/supervisor";
import { readLedger, startedProcesses } from "../../components/local/supervisor/ledger";
import { errorMessage } from "../../storage/errors";
import { type ExposedSample, parseExposition } from "./exposition";

/** An instance that is slower than this is too busy to tell. */
const SCRAPE_TIMEOUT_MS = 2_000;

export interface PrometheusOptions {
  readonly environmentId: string;
  /** Path of the metrics of one instance. */
  readonly path: string;
  readonly intervalSeconds: number;
  /** CSV file in the column order of METRIC_COLUMNS. */
  readonly spoolFile: string;
}

interface Instance {
  readonly name: string;
  readonly port: number;
}

/** The instances that run at this moment, whoever started them: the autoscaler's come and go. */
async function runningInstances(environmentId: string): Promise<readonly Instance[]> {
  return startedProcesses(await readLedger(environmentId)).flatMap((record) => {
    const [port] = record.ports;
    return /^app-\d+$/.test(record.name) && port !== undefined && isAlive(record)
      ? [{ name: record.name, port }]
      : [];
  });
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function line(atUs: bigint, instance: string, { name, kind, labels, value }: ExposedSample): string {
  const number = Number.isFinite(value) ? String(value) : value > 0 ? "Infinity" : "-Infinity";
  return `${atUs},${quoted(instance)},${quoted(name)},${quoted(kind)},${quoted(JSON.stringify(labels))},${number},\n`;
}

/** As Prometheus does: 1 when the instance answered, 0 when it did not. */
const up = (value: number): ExposedSample => ({ name: "up", kind: "gauge", labels: {}, value });

async function scrape(url: string): Promise<readonly ExposedSample[]> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
    const text = await response.text();
    return response.ok ? [...parseExposition(text), up(1)] : [up(0)];
  } catch {
    return [up(0)];
  }
}

/**
 * Reads the Prometheus metrics of every instance of the local target, every few seconds. A Prometheus server would need to be told of
 * each instance that the autoscaler starts, and its figures would have to be fetched from it again; read straight from the instances they
 * stand beside all other figures, on the same clock.
 */
export class PrometheusReader {
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #failure: string | null = null;

  private constructor(
    private readonly options: PrometheusOptions,
    private readonly spool: FileHandle,
  ) {}

  static async start(options: PrometheusOptions): Promise<PrometheusReader> {
    const reader = new PrometheusReader(options, await open(options.spoolFile, "w", 0o600));
    reader.#tick();
    reader.#timer = setInterval(() => reader.#tick(), options.intervalSeconds * 1_000);
    return reader;
  }

  /** Reads once more and closes the file. @returns why readings are missing; null when none are */
  async stop(): Promise<string | null> {
    clearInterval(this.#timer);
    await this.#underWay;
    this.#tick();
    await this.#underWay;
    await this.spool.close();
    return this.#failure;
  }

  #tick(): void {
    this.#underWay ??= this.#read()
      .catch((error: unknown) => {
        this.#failure ??= errorMessage(error);
      })
      .finally(() => {
        this.#underWay = undefined;
      });
  }

  async #read(): Promise<void> {
    const { environmentId, path } = this.options;
    const instances = await runningInstances(environmentId);
    const texts = await Promise.all(
      instances.map(async ({ name, port }) => {
        const samples = await scrape(`http://127.0.0.1:${port}${path}`);
        const atUs = BigInt(Date.now()) * 1_000n;
        return samples.map((sample) => line(atUs, name, sample)).join("");
      }),
    );
    await this.spool.appendFile(texts.join(""));
  }
}

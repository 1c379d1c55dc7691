import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { STANDARD_PROBABILITIES } from "../analysis/quantiles";
import type { Trace } from "../analysis/traces/model";
import {
  type ArrivalCounts,
  queryArrivalCounts,
  queryJourneyArrivals,
  querySecondArrivals,
  type SecondArrivals,
  type SliceOptions,
} from "./arrivals";
import { SqlEngine } from "./engine";
import { queryMeanSlices, type SliceMean } from "./mean-slices";
import { requireReadable, writeParquet } from "./parquet-table";
import { type GoodRequest, queryRequestSlices, type SliceCounts } from "./request-slices";
import { parquetParts, partFile, type RunFiles, runFiles } from "./run-folder";
import { querySampleFigures, type SampleFigures, type TimeWindow } from "./sample-figures";
import { HISTOGRAM_COLUMNS, histogramFile, histogramSelect, isHistogramFile } from "./sample-histogram";
import { type EnvironmentEvent, ITERATION_COLUMNS, SAMPLE_COLUMNS, type TelemetryPoint } from "./schema";
import {
  importTelemetryCsv,
  readEventTable,
  readTelemetryTable,
  writeEventTable,
  writeTelemetryTable,
} from "./telemetry-table";
import { queryTimelineSlices, type TimelineSlices } from "./timeline-slices";
import { METRIC_COLUMNS, SPAN_COLUMNS } from "./traces/columns";
import { otlpMetricsSql, otlpSpansSql } from "./traces/otlp-sql";
import { prometheusSql } from "./traces/prometheus-sql";
import { countAsked, queryTraces } from "./traces/query";

export interface RunStoreOptions {
  /** Memory of the embedded engine before it spills to disk, in MiB. @default 1024 */
  readonly memoryLimitMiB?: number;
  /** @default the machine's cores, at most 8 */
  readonly threads?: number;
}

/** The data of one run: Parquet files in its folder, read and written through an embedded engine. Close it when done. */
export class RunStore {
  private constructor(
    readonly folder: string,
    readonly files: RunFiles,
    private readonly engine: SqlEngine,
  ) {}

  /** Opens a run's folder and makes it when it is not there. */
  static async open(folder: string, options: RunStoreOptions = {}): Promise<RunStore> {
    const files = runFiles(folder);
    await mkdir(folder, { recursive: true });
    return new RunStore(folder, files, await SqlEngine.open({ ...options, tempDir: files.engineTemp }));
  }

  /**
   * Stores the samples of one generator, replacing earlier ones of the same name.
   * @param part usually the generator's name
   * @param select SQL with SAMPLE_COLUMNS in order, as an adapter's parser gives it
   * @returns number of rows
   */
  importSamples(part: string, select: string): Promise<number> {
    const file = partFile(this.files.samples, part);
    return this.engine.inFileOrder(() =>
      writeParquet(this.engine, { select, columns: SAMPLE_COLUMNS, table: "samples", file }),
    );
  }

  /**
   * As {@link importSamples}, for runs with more requests than rows are wanted of: durations are kept within HISTOGRAM_RELATIVE_ERROR.
   * @param originUs start of the measured window, microseconds since the epoch
   * @returns number of rows written, each of which stands for one request or many
   */
  importHistogram(part: string, select: string, originUs: number): Promise<number> {
    return writeParquet(this.engine, {
      select: histogramSelect(select, originUs),
      columns: HISTOGRAM_COLUMNS,
      table: "sample-histogram",
      file: histogramFile(partFile(this.files.samples, part)),
    });
  }

  /** As {@link importSamples}, for ITERATION_COLUMNS. */
  importIterations(part: string, select: string): Promise<number> {
    const file = partFile(this.files.iterations, part);
    return this.engine.inFileOrder(() =>
      writeParquet(this.engine, { select, columns: ITERATION_COLUMNS, table: "iterations", file }),
    );
  }

  writeTelemetry(points: Iterable<TelemetryPoint>): Promise<number> {
    return writeTelemetryTable(this.engine, this.files.telemetry, points);
  }

  /** Stores the spool file that telemetry wrote during the run. */
  importTelemetry(csvFile: string): Promise<number> {
    return importTelemetryCsv(this.engine, this.files.telemetry, csvFile);
  }

  writeEvents(events: Iterable<EnvironmentEvent>): Promise<number> {
    return writeEventTable(this.engine, this.files.events, events);
  }

  /** Exact figures of the window, from every row of every generator. */
  async sampleFigures(
    window: TimeWindow,
    probabilities: readonly number[] = STANDARD_PROBABILITIES,
    generators?: readonly string[],
  ): Promise<SampleFigures> {
    return querySampleFigures(this.engine, await this.#samples(), window, probabilities, generators);
  }

  /** Figures per time slice over the whole run, warm-up included. */
  async timelineSlices(options: SliceOptions): Promise<TimelineSlices> {
    return queryTimelineSlices(this.engine, await this.#samples(), await this.#iterations(), options);
  }

  /** Mean duration per time slice over the whole run, warm-up included. */
  async meanSlices(options: SliceOptions): Promise<readonly SliceMean[]> {
    return queryMeanSlices(this.engine, await this.#samples(), options);
  }

  /** Journey arrivals of the window; null when the tool does not tell iterations. */
  async countArrivals(window: TimeWindow): Promise<ArrivalCounts | null> {
    return queryArrivalCounts(this.engine, await this.#iterations(), window);
  }

  /** Arrivals second by second; null when the tool does not tell iterations. */
  async secondArrivals(window: TimeWindow): Promise<readonly SecondArrivals[] | null> {
    return querySecondArrivals(this.engine, await this.#iterations(), window);
  }

  /** As {@link countArrivals}, each journey by itself. */
  async countJourneyArrivals(window: TimeWindow): Promise<ReadonlyMap<string, ArrivalCounts> | null> {
    return queryJourneyArrivals(this.engine, await this.#iterations(), window);
  }

  /** Good and all requests by slice of the window. */
  async requestSlices(
    window: TimeWindow,
    sliceSeconds: number,
    good: GoodRequest,
  ): Promise<readonly SliceCounts[]> {
    return queryRequestSlices(this.engine, await this.#samples(), window, sliceSeconds, good);
  }

  /** Telemetry in time order, empty when there is none; with `sliceSeconds` the mean per slice. */
  async readTelemetry(window?: TimeWindow, sliceSeconds?: number): Promise<TelemetryPoint[]> {
    if (!existsSync(this.files.telemetry)) return [];
    return readTelemetryTable(this.engine, this.files.telemetry, window, sliceSeconds);
  }

  /** Events in time order; empty when there are none. */
  async readEvents(): Promise<EnvironmentEvent[]> {
    if (!existsSync(this.files.events)) return [];
    return readEventTable(this.engine, this.files.events);
  }

  /** Stores the spans of the window from a collector's file. @returns number of spans */
  importSpans(otlpFile: string, window: TimeWindow): Promise<number> {
    const select = otlpSpansSql(otlpFile, window);
    const file = this.files.spans;
    return writeParquet(this.engine, { select, columns: SPAN_COLUMNS, table: "spans", file });
  }

  /** Stores the metrics of the window from a collector's file. @returns number of readings */
  importOpenTelemetryMetrics(otlpFile: string, window: TimeWindow): Promise<number> {
    const select = otlpMetricsSql(otlpFile, window);
    const file = this.files.openTelemetryMetrics;
    return writeParquet(this.engine, { select, columns: METRIC_COLUMNS, table: "metrics", file });
  }

  /** Stores the spool file that Prometheus metrics were read into. @returns number of readings */
  importPrometheus(csvFile: string): Promise<number> {
    const file = this.files.prometheus;
    return writeParquet(this.engine, {
      select: prometheusSql(csvFile),
      columns: METRIC_COLUMNS,
      table: "metrics",
      file,
    });
  }

  get hasSpans(): boolean {
    return existsSync(this.files.spans);
  }

  /** Requests of the window that asked to be traced. */
  async countAsked(window: TimeWindow): Promise<number> {
    return countAsked(this.engine, await this.#samples(), window);
  }

  /** The traces of the window, one at a time; none when nobody sent spans. */
  async *traces(window: TimeWindow): AsyncGenerator<Trace> {
    if (!this.hasSpans) return;
    await requireReadable(this.engine, "spans", [this.files.spans]);
    yield* queryTraces(this.engine, this.files.spans, await this.#samples(), window);
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  async #samples(): Promise<readonly string[]> {
    const files = await parquetParts(this.files.samples);
    await requireReadable(
      this.engine,
      "samples",
      files.filter((file) => !isHistogramFile(file)),
    );
    await requireReadable(this.engine, "sample-histogram", files.filter(isHistogramFile));
    return files;
  }

  async #iterations(): Promise<readonly string[]> {
    const files = await parquetParts(this.files.iterations);
    await requireReadable(this.engine, "iterations", files);
    return files;
  }
}

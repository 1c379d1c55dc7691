import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import type { TelemetryPoint } from "../../../../storage/schema";
import type { AwsClients } from "../clients";
import type { CloudSource } from "./sources";

/** CloudWatch keeps minutes for most of what AWS itself measures. */
export const PERIOD_SECONDS = 60;
/** What CloudWatch takes in one question. */
const QUERIES_AT_ONCE = 500;

export interface Window {
  /** Microseconds since the epoch, on AWS's clock. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** Values of one figure by the start of their period, ms since the epoch. */
type Series = ReadonlyMap<number, number>;

const floorToPeriod = (us: number): number =>
  Math.floor(us / 1000 / (PERIOD_SECONDS * 1000)) * PERIOD_SECONDS * 1000;

/** Starts of the periods that a window touches, ms since the epoch. */
export function periodsOf({ fromUs, toUs }: Window): readonly number[] {
  const periods: number[] = [];
  for (let at = floorToPeriod(fromUs); at < toUs / 1000; at += PERIOD_SECONDS * 1000) periods.push(at);
  return periods;
}

/** Where a period's figures stand: in the middle of what it has in common with the window, so that a short run has them, too. */
export function middleUs(periodMs: number, { fromUs, toUs }: Window): bigint {
  const from = Math.max(periodMs * 1000, fromUs);
  const to = Math.min((periodMs + PERIOD_SECONDS * 1000) * 1000, toUs);
  return BigInt(Math.round((from + to) / 2));
}

async function ask(
  client: CloudWatchClient,
  queries: readonly MetricDataQuery[],
  window: Window,
): Promise<ReadonlyMap<string, Series>> {
  const values = new Map<string, Map<number, number>>();
  for (let from = 0; from < queries.length; from += QUERIES_AT_ONCE) {
    let NextToken: string | undefined;
    do {
      const answer = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries.slice(from, from + QUERIES_AT_ONCE),
          StartTime: new Date(floorToPeriod(window.fromUs)),
          EndTime: new Date(floorToPeriod(window.toUs) + PERIOD_SECONDS * 1000),
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      );
      for (const { Id = "", Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
        const series = values.get(Id) ?? new Map<number, number>();
        Timestamps.forEach((at, index) => {
          const value = Values[index];
          if (value !== undefined) series.set(floorToPeriod(at.getTime() * 1000), value);
        });
        values.set(Id, series);
      }
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
  }
  return values;
}

/** Points of one source: its figures in the middle of each period, and whether it could be read there. */
function pointsOf(
  source: CloudSource,
  seriesOf: (figure: number) => Series,
  window: Window,
): readonly TelemetryPoint[] {
  const leading = seriesOf(0);
  return periodsOf(window).flatMap((period): readonly TelemetryPoint[] => {
    const read = leading.has(period);
    const base = { atUs: middleUs(period, window), tier: source.tier, source: source.source };
    const figures = source.figures.flatMap((figure, index): readonly TelemetryPoint[] => {
      const value = seriesOf(index).get(period) ?? (read && figure.absentIsZero === true ? 0 : undefined);
      if (value === undefined) return [];
      return [{ ...base, metric: figure.metric, value: figure.convert(value, PERIOD_SECONDS) }];
    });
    return [...figures, { ...base, metric: "reading_failed", value: read ? 0 : 1 }];
  });
}

export interface FiguresRead {
  readonly points: readonly TelemetryPoint[];
  /** Sources whose leading figure is not there yet for the last whole period of the window. */
  readonly waiting: readonly string[];
}

/** Every figure of every source within a window. */
export async function readFigures(
  sources: readonly CloudSource[],
  window: Window,
  clients: AwsClients,
): Promise<FiguresRead> {
  const idOf = (source: number, figure: number): string => `s${source}f${figure}`;
  const queriesOf = (atEdge: boolean): readonly MetricDataQuery[] =>
    sources.flatMap((source, index) =>
      (source.atEdge ?? false) !== atEdge
        ? []
        : source.figures.map((figure, at) => ({
            Id: idOf(index, at),
            ReturnData: true,
            MetricStat: {
              Metric: {
                Namespace: source.namespace,
                MetricName: figure.name,
                Dimensions: Object.entries(source.dimensions).map(([Name, Value]) => ({ Name, Value })),
              },
              Period: PERIOD_SECONDS,
              Stat: figure.statistic,
            },
          })),
    );
  const [regional, edge] = await Promise.all([
    ask(clients.cloudWatch, queriesOf(false), window),
    ask(clients.edgeCloudWatch, queriesOf(true), window),
  ]);
  const last = periodsOf(window).at(-1);
  const seriesOf = (index: number, figure: number): Series =>
    regional.get(idOf(index, figure)) ?? edge.get(idOf(index, figure)) ?? new Map();
  return {
    points: sources.flatMap((source, index) => pointsOf(source, (figure) => seriesOf(index, figure), window)),
    waiting: sources.flatMap(({ source }, index) =>
      last === undefined || seriesOf(index, 0).has(last) ? [] : [source],
    ),
  };
}

import { setTimeout as delay } from "node:timers/promises";
import { AppFlavour, type AwsSettings } from "../../../../components/aws/settings";
import type { EnvironmentEvent, TelemetryPoint } from "../../../../storage/schema";
import type { FleetResult } from "../../../fleet";
import { TelemetrySpool } from "../../../telemetry/spool";
import type { RunTelemetry, TelemetryRequest } from "../../target";
import { type AwsClients, withClients } from "../clients";
import { awsFailure } from "../errors";
import { middleUs, periodsOf, readFigures, type Window } from "./read-figures";
import { readScalingEvents } from "./scaling-events";
import { appGroupName, type SourceSurvey, surveySources } from "./sources";
import { TELEMETRY_TIMES, type TelemetryTimes } from "./times";

/** A source that is not there has failed to be read in every period: the run's report then says that its figures have holes. */
function pointsOfMissing({ missing }: SourceSurvey, window: Window): readonly TelemetryPoint[] {
  return missing.flatMap(({ tier, source }) =>
    periodsOf(window).map((period) => ({
      atUs: middleUs(period, window),
      tier,
      source,
      metric: "reading_failed",
      value: 1,
    })),
  );
}

class CloudTelemetry implements RunTelemetry {
  constructor(
    private readonly request: TelemetryRequest,
    private readonly settings: AwsSettings,
    private readonly times: TelemetryTimes,
  ) {}

  /** CloudWatch is minutes behind: there is nothing to show while the run goes on. */
  latest(): undefined {
    return undefined;
  }

  async stop(): Promise<void> {}

  /** Never fails the run: what cannot be read is missing, and said to be. */
  async finish(run: FleetResult["window"]): Promise<readonly EnvironmentEvent[]> {
    const window: Window = { fromUs: run.runStartedAtUs, toUs: run.measuredToUs };
    const spool = await TelemetrySpool.create(this.request.spoolFile);
    try {
      return await withClients(this.settings.region, async (clients) => {
        spool.append(await this.#points(window, clients));
        return this.#events(window, clients);
      });
    } finally {
      const failure = await spool.close();
      if (failure !== undefined) this.request.observer.note(`Telemetry could not be kept: ${failure}`);
    }
  }

  async #points(window: Window, clients: AwsClients): Promise<readonly TelemetryPoint[]> {
    const { access, observer, signal } = this.request;
    const survey = await surveySources(access.environmentId, clients, this.settings);
    for (const { source, reason } of survey.missing) observer.note(`No figures of ${source}: ${reason}`);
    const deadline = performance.now() + this.times.waitMs;
    try {
      for (let look = 1; ; look += 1) {
        const { points, waiting } = await readFigures(survey.sources, window, clients);
        if (waiting.length === 0 || performance.now() + this.times.pauseMs > deadline) {
          if (waiting.length > 0) {
            observer.note(`CloudWatch has not all figures of ${waiting.join(", ")}: not enough data`);
          }
          return [...points, ...pointsOfMissing(survey, window)];
        }
        if (look === 1) {
          observer.note(
            `Waiting for CloudWatch's last figures, for at most ${Math.round(this.times.waitMs / 1000)} s`,
          );
        }
        await delay(this.times.pauseMs, undefined, { signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      observer.note(`${awsFailure(error, "reading CloudWatch").message}: there are no figures of the tiers`);
      const all = survey.sources.map(({ tier, source }) => ({ tier, source, reason: "" }));
      return pointsOfMissing({ sources: [], missing: [...survey.missing, ...all] }, window);
    }
  }

  async #events(window: Window, { autoScaling }: AwsClients): Promise<readonly EnvironmentEvent[]> {
    const { access, observer, signal } = this.request;
    if (this.settings.app.flavour !== AppFlavour.Ec2) return [];
    try {
      return await readScalingEvents(appGroupName(access.environmentId), window, autoScaling);
    } catch (error) {
      signal.throwIfAborted();
      observer.note(`${awsFailure(error, "reading scaling activities").message}: the timeline has none`);
      return [];
    }
  }
}

/** Figures of the tiers, from CloudWatch once the load is over. */
export const startAwsTelemetry = async (
  request: TelemetryRequest,
  settings: AwsSettings,
  times: Partial<TelemetryTimes> = {},
): Promise<RunTelemetry> => new CloudTelemetry(request, settings, { ...TELEMETRY_TIMES, ...times });

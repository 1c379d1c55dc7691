import { TransitionCounts } from "../analysis/traffic/chain";
import type { TrafficProgress } from "./find-templates";
import { QueryCounts, ToldValues } from "./query-parameters";
import type { LogFile } from "./reading/log-file";
import { readLogs } from "./reading/merged-logs";
import type { LogRecord } from "./reading/record";
import { ItemCounts } from "./sessions/item-counts";
import { PauseCounts } from "./sessions/pause-counts";
import { setApart } from "./sessions/request-filter";
import { type BotPattern, type Session, SessionTracker } from "./sessions/session-tracker";
import type { TrafficSettings } from "./settings";
import type { TemplateSet } from "./templates/template-set";

/** Items that are counted in all, over all places of all templates. */
const MOST_ITEMS = 400_000;
/** Minutes whose seconds are kept for the dispersion: two weeks. */
const MOST_MINUTES_OF_SECONDS = 20_160;
const MINUTE_MS = 60_000;

/** What is counted at one varying place of a template. */
export interface PlaceCounts {
  readonly items: ItemCounts;
  readonly told: ToldValues | undefined;
}

/** Everything counted of the visits of a log, by steps that are known before. */
export class TrafficMeasure {
  readonly transitions: TransitionCounts;
  readonly stepRequests: Float64Array;
  readonly pauses: readonly PauseCounts[];
  readonly places: readonly (readonly PlaceCounts[])[];
  readonly queries: readonly QueryCounts[];
  /** Sessions begun, by minute since the epoch. */
  readonly sessionsByMinute = new Map<number, number>();
  /** Sessions begun in each second of a minute, by minute since the epoch. */
  readonly sessionsBySecond = new Map<number, Uint32Array>();
  readonly botSessions = new Map<BotPattern, number>();
  readonly botRequests = new Map<BotPattern, number>();
  sessions = 0;
  sessionsByCookie = 0;
  requests = 0;
  /** Requests of visitors whose template is not among the steps. */
  unmatched = 0;
  cutShort = 0;

  constructor(
    private readonly templates: TemplateSet,
    settings: Pick<TrafficSettings, "fewestClients" | "keepValues">,
    resolutionSeconds: number,
  ) {
    const { steps } = templates;
    const places = steps.reduce((sum, { template }) => sum + template.placeholders.length, 0);
    const each = Math.max(2000, Math.floor(MOST_ITEMS / Math.max(1, places)));
    this.transitions = new TransitionCounts(steps.length);
    this.stepRequests = new Float64Array(steps.length);
    this.pauses = steps.map(() => new PauseCounts(resolutionSeconds));
    this.places = steps.map(({ template }) =>
      template.placeholders.map(() => ({
        items: new ItemCounts(each),
        told: settings.keepValues ? new ToldValues(settings.fewestClients) : undefined,
      })),
    );
    this.queries = steps.map(() => new QueryCounts(settings.fewestClients, settings.keepValues));
  }

  /** The step of a request, its items and parameters counted; undefined when it is no step. */
  step({ method, path, query, client }: LogRecord): number | undefined {
    const match = this.templates.match(method, path);
    if (match === undefined) {
      this.unmatched += 1;
      return undefined;
    }
    this.places[match.step]?.forEach(({ items, told }, index) => {
      const value = match.values[index];
      if (value === undefined) return;
      items.add(value);
      told?.add(value, client);
    });
    if (query !== "") this.queries[match.step]?.add(query, client);
    return match.step;
  }

  addSession({ timesMs, steps }: Session): void {
    const [first] = timesMs;
    if (first === undefined) return;
    this.sessions += 1;
    this.requests += steps.length;
    this.transitions.addSession(steps);
    this.#arrive(first);
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] ?? 0;
      this.stepRequests[step] = (this.stepRequests[step] ?? 0) + 1;
      const next = timesMs[index + 1];
      if (next !== undefined) this.pauses[step]?.add((next - (timesMs[index] ?? next)) / 1000);
    }
  }

  addBot(pattern: BotPattern, requests: number): void {
    this.botSessions.set(pattern, (this.botSessions.get(pattern) ?? 0) + 1);
    this.botRequests.set(pattern, (this.botRequests.get(pattern) ?? 0) + requests);
  }

  #arrive(atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    this.sessionsByMinute.set(minute, (this.sessionsByMinute.get(minute) ?? 0) + 1);
    let seconds = this.sessionsBySecond.get(minute);
    if (seconds === undefined) {
      if (this.sessionsBySecond.size >= MOST_MINUTES_OF_SECONDS) return;
      seconds = new Uint32Array(60);
      this.sessionsBySecond.set(minute, seconds);
    }
    const second = Math.floor((atMs - minute * MINUTE_MS) / 1000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
}

/** Reads the log for its visits: which step follows which, after what pause, and when visits begin. */
export async function measureLogs(
  files: readonly LogFile[],
  templates: TemplateSet,
  resolutionSeconds: number,
  settings: TrafficSettings,
  onProgress: TrafficProgress,
): Promise<TrafficMeasure> {
  const measure = new TrafficMeasure(templates, settings, resolutionSeconds);
  const tracker = new SessionTracker(
    { idleMs: settings.idleMinutes * MINUTE_MS, findBots: !settings.includeBots, resolutionSeconds },
    {
      onSession: (session) => measure.addSession(session),
      onBot: (pattern, requests) => measure.addBot(pattern, requests),
    },
  );
  let read = 0;
  // What cannot be read was told by the first reading.
  for await (const batch of readLogs(files, settings.reading, () => undefined)) {
    for (const record of batch) {
      const { client, session, timeMs, path } = record;
      if (path === "/robots.txt") {
        if (record.agent === "browser") tracker.add(client, session, timeMs, undefined, true);
        continue;
      }
      if (setApart(record, settings) !== undefined) continue;
      const step = measure.step(record);
      if (step === undefined) continue;
      tracker.add(client, session, timeMs, step);
    }
    read += batch.length;
    onProgress(read);
  }
  tracker.end();
  measure.cutShort = tracker.cutShort;
  measure.sessionsByCookie = tracker.byCookie;
  return measure;
}

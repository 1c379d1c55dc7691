import type { LogFile, MalformedListener } from "./reading/log-file";
import { readLogs } from "./reading/merged-logs";
import { type SetApart, STEP_METHODS, setApart } from "./sessions/request-filter";
import type { TrafficSettings } from "./settings";
import { PathTree } from "./templates/path-tree";
import { TemplateSet } from "./templates/template-set";

/** How far a reading has come. */
export type TrafficProgress = (requests: number) => void;

/** What the first reading of a log finds out. */
export interface FoundTemplates {
  readonly templates: TemplateSet;
  readonly requests: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The zone that most of its times are in. */
  readonly utcOffsetMinutes: number;
  /** Step of its clock. */
  readonly resolutionSeconds: number;
  readonly setApart: ReadonlyMap<SetApart, number>;
}

/** Reads the log once for its templates: which text of its paths is fixed and which varies. */
export async function findTemplates(
  files: readonly LogFile[],
  settings: TrafficSettings,
  onMalformed: MalformedListener,
  onProgress: TrafficProgress,
): Promise<FoundTemplates> {
  // A recording of one's own browser has one client, and it is the user.
  const ownRecording = files.every(({ format }) => format === "har");
  const tree = new PathTree({
    mostLiterals: settings.mostLiterals,
    fewestClients: ownRecording ? 1 : settings.fewestClients,
  });
  const apart = new Map<SetApart, number>();
  const offsets = new Map<number, number>();
  let requests = 0;
  let wholeSeconds = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for await (const batch of readLogs(files, settings.reading, onMalformed)) {
    for (const record of batch) {
      const { timeMs, offsetMinutes } = record;
      if (timeMs < fromMs) fromMs = timeMs;
      if (timeMs > toMs) toMs = timeMs;
      if (timeMs % 1000 === 0) wholeSeconds += 1;
      const reason = setApart(record, settings);
      if (reason === undefined) tree.add(record.method, record.path, record.client);
      else apart.set(reason, (apart.get(reason) ?? 0) + 1);
      if (requests % 256 === 0) offsets.set(offsetMinutes, (offsets.get(offsetMinutes) ?? 0) + 1);
      requests += 1;
    }
    onProgress(requests);
  }
  tree.settle();
  const [zone] = [...offsets].sort((a, b) => b[1] - a[1]);
  return {
    templates: TemplateSet.fromTree(tree.root, settings.mostSteps, STEP_METHODS),
    requests,
    fromMs,
    toMs,
    utcOffsetMinutes: zone?.[0] ?? 0,
    // A log whose clock is finer has hardly a time that falls on a whole second.
    resolutionSeconds: wholeSeconds > requests / 10 ? 1 : 0.001,
    setApart: apart,
  };
}

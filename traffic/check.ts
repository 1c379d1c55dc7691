import { type CheckPart, compareTraffic, type TrafficCheck } from "./checking/compare";
import { type CurveName, logSide } from "./checking/log-side";
import { replayedLogSide } from "./checking/replayed-log-side";
import { isRunFolder, readRunFacts, replayOf, runSide } from "./checking/run-side";
import { findTemplates } from "./find-templates";
import { TrafficError } from "./learn";
import { measureLogs } from "./measure";
import type { TrafficModel } from "./model";
import type { FormatOptions, LogFormat } from "./reading/formats";
import { inspectLogs } from "./reading/log-file";
import type { TrafficSettings } from "./settings";
import { TemplateSet } from "./templates/template-set";

export interface TrafficCheckOptions {
  /** The log that the load was made after. */
  readonly logs: readonly string[];
  /** Folder of a run, or an access log of the system under test. */
  readonly generated: string;
  readonly settings: TrafficSettings;
  /** How the generated log is read. */
  readonly generatedReading: { readonly format: LogFormat | undefined; readonly reading: FormatOptions };
  /** Steps and curve as they were learned. @default learned from the log once more */
  readonly model: TrafficModel | undefined;
  readonly parts: readonly CheckPart[];
  readonly minScore: number;
  /** What the rate was multiplied by on purpose. @default the run's own parameter, else 1 */
  readonly scale: number | undefined;
  /** Length of a point of the replayed curve, seconds. @default the run's own parameter, else 60 */
  readonly pointSeconds: number | undefined;
}

const silent = (): void => undefined;

/** The steps of a learned model, to read other logs with. */
export function templatesOfModel(model: TrafficModel): TemplateSet {
  return new TemplateSet(
    model.steps.map(({ name, method, path, placeholders, requests }) => ({
      name,
      method,
      requests,
      template: { text: path, placeholders },
    })),
  );
}

/**
 * Compares generated load with the log it was made after.
 * @throws ConfigError when something cannot be read
 * @throws TrafficError when the log has no visit
 */
export async function checkTraffic(options: TrafficCheckOptions): Promise<TrafficCheck> {
  const { model } = options;
  const settings: TrafficSettings =
    model === undefined ? options.settings : { ...options.settings, ...model.settings };
  // Before the long part: what cannot be read at all.
  const facts = isRunFolder(options.generated) ? readRunFacts(options.generated) : undefined;
  const { format, reading } = options.generatedReading;
  const generatedFiles = facts === undefined ? await inspectLogs([options.generated], format, reading) : [];
  const files = await inspectLogs(options.logs, settings.format, settings.reading);

  const found =
    model === undefined
      ? await findTemplates(files, settings, silent, silent)
      : { templates: templatesOfModel(model), resolutionSeconds: model.log.resolutionSeconds };
  const { templates } = found;
  const names = templates.steps.map(({ name }) => name);
  const measure = await measureLogs(files, templates, found.resolutionSeconds, settings, silent);
  if (measure.sessions === 0) {
    throw new TrafficError(
      "The log has no visit to compare with",
      model === undefined ? "Is it an access log?" : "Does the model belong to this log?",
    );
  }
  const replay = facts === undefined ? undefined : replayOf(facts);
  const curve: CurveName = replay?.curve ?? "minutes";
  const pattern = logSide(measure, names, settings, { name: curve, model });
  const points = "value" in pattern.ratesPerSecond ? pattern.ratesPerSecond.value.length : 1;
  const generated =
    facts !== undefined
      ? await runSide(options.generated, facts, points)
      : replayedLogSide(
          // Load tools say who they are, and are not to be left out here.
          await measureLogs(
            generatedFiles,
            templates,
            0.001,
            { ...settings, reading, includeBots: true },
            silent,
          ),
          names,
          points,
          options.pointSeconds ?? 60,
          measure.requests / measure.sessions,
        );
  return compareTraffic(pattern, generated, {
    scale: options.scale ?? replay?.scale ?? 1,
    minScore: options.minScore,
    parts: options.parts,
  });
}

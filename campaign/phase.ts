import type { CampaignObserver, PhaseName } from "./observer";

/** Runs a phase and tells the observer when it began, how long it took and what it came to. */
export async function timed<T>(
  observer: CampaignObserver,
  phase: PhaseName,
  text: string,
  action: () => Promise<T>,
  summary: (result: T) => string = (result) => (typeof result === "string" ? result : text),
): Promise<T> {
  const startedAt = performance.now();
  observer.phaseStarted(phase, text);
  try {
    const result = await action();
    observer.phaseEnded(phase, performance.now() - startedAt, summary(result));
    return result;
  } catch (error) {
    observer.phaseFailed(phase, performance.now() - startedAt);
    throw error;
  }
}

/** Keeps the length of every phase for the manifest, and passes everything on. */
export function recordingObserver(
  observer: CampaignObserver,
): CampaignObserver & { readonly phases: { name: string; durationMs: number }[] } {
  const phases: { name: string; durationMs: number }[] = [];
  return {
    phases,
    phaseStarted: (phase, text) => observer.phaseStarted(phase, text),
    phaseEnded: (phase, durationMs, text) => {
      phases.push({ name: phase, durationMs: Math.round(durationMs) });
      observer.phaseEnded(phase, durationMs, text);
    },
    phaseFailed: (phase, durationMs) => {
      phases.push({ name: `${phase} (failed)`, durationMs: Math.round(durationMs) });
      observer.phaseFailed(phase, durationMs);
    },
    progress: (progress) => observer.progress(progress),
    note: (text) => observer.note(text),
  };
}

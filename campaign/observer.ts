/** The phases of a campaign, in order. `prove` comes last, always. */
export const PHASES = [
  "tools",
  "provision",
  "verify",
  "warm-up",
  "control",
  "load",
  "pairs",
  "collect",
  "judge",
  "report",
  "destroy",
  "prove",
] as const;

export type PhaseName = (typeof PHASES)[number];

/** What the fleet does right now. A preview for people: the judgement never uses it. */
export interface LiveProgress {
  readonly phase: PhaseName;
  readonly elapsedSeconds: number;
  readonly totalSeconds: number;
  /** Journey arrivals per second. */
  readonly plannedRatePerSecond: number;
  readonly achievedRatePerSecond: number;
  readonly requestRatePerSecond: number;
  readonly p95Ms: number | null;
  readonly errorRatio: number;
  readonly instancesInService: number | null;
}

/** Receives what a campaign does. The CLI draws it; tests record it. */
export interface CampaignObserver {
  phaseStarted(phase: PhaseName, text: string): void;
  phaseEnded(phase: PhaseName, durationMs: number, text: string): void;
  phaseFailed(phase: PhaseName, durationMs: number): void;
  progress(progress: LiveProgress): void;
  /** Something a user should read but need not act on. */
  note(text: string): void;
}

export const silentObserver: CampaignObserver = {
  phaseStarted: () => {},
  phaseEnded: () => {},
  phaseFailed: () => {},
  progress: () => {},
  note: () => {},
};

import type { CampaignObserver, PhaseName } from "../observer";

/** Live figures of a replicate go on under the phase that the comparison is in; its own phases would be noise, times the pairs. */
export function withinPhase(observer: CampaignObserver, phase: PhaseName): CampaignObserver {
  return {
    phaseStarted: () => {},
    phaseEnded: () => {},
    phaseFailed: () => {},
    progress: (progress) => observer.progress({ ...progress, phase }),
    note: (text) => observer.note(text),
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { awsMessage, isGone, isWithoutCredentials, reasonOf } from "./aws-errors";
import { AwsClients } from "./clients";
import { inParallel } from "./in-parallel";
import type { ResourceKind } from "./kind";
import { leftover, type Refusal } from "./leftovers";
import {
  type AwsAccess,
  type AwsResource,
  type AwsSweepOptions,
  type AwsSweepResult,
  LeftoverReason,
} from "./model";
import { type Survey, type SurveyEntry, survey } from "./take-inventory";

/** Resources of one kind that are removed at the same time. */
const REMOVALS_AT_A_TIME = 4;
/** Looks at services that do not answer, when nothing else is left to do. */
const LOOKS_IN_VAIN = 3;
const DEFAULTS = { deadlineMs: 1_800_000, firstPauseMs: 1_000, longestPauseMs: 20_000, patienceMs: 300_000 };

/** What trying again does not change. */
const FINAL = new Set([
  LeftoverReason.AccessDenied,
  LeftoverReason.DeletionProtection,
  LeftoverReason.Retained,
  LeftoverReason.UnknownKind,
]);

/** Copies of data, which need nothing else, and what nobody knows how to remove: not even the guard of the expiry has to stay for these. */
const HOLDS_UP_NOBODY = new Set([LeftoverReason.Retained, LeftoverReason.UnknownKind]);

const keyOf = ({ kind, id, region }: AwsResource): string => `${kind} ${region} ${id}`;

/**
 * Removes everything of an environment from AWS, in the order of what depends on what, and proves that nothing is left by looking twice.
 * What it reads is the world alone, so that an environment whose Pulumi state is lost goes as well. Safe to repeat, to cut off, and to run
 * beside another sweep of the same environment.
 *
 * It never lifts a protection and, unless asked to, removes no snapshots: what stays for such reasons is reported with what to do.
 *
 * @throws what AWS answers when it knows no such credentials, or cannot be asked what belongs to the environment
 */
export async function sweepAws(
  environmentId: string,
  access: AwsAccess,
  options: AwsSweepOptions = {},
): Promise<AwsSweepResult> {
  const clients = new AwsClients(access);
  try {
    return await new Sweep(environmentId, access, clients, options).run();
  } finally {
    clients.close();
  }
}

class Sweep {
  readonly #startedAt = Date.now();
  readonly #removed = new Map<string, AwsResource>();
  /** What AWS last said to a removal. */
  readonly #refusals = new Map<string, Refusal>();
  readonly #options: AwsSweepOptions & typeof DEFAULTS;

  constructor(
    private readonly environmentId: string,
    private readonly access: AwsAccess,
    private readonly clients: AwsClients,
    options: AwsSweepOptions,
  ) {
    this.#options = { ...DEFAULTS, ...options };
  }

  async run(): Promise<AwsSweepResult> {
    const { deadlineMs, firstPauseMs, longestPauseMs, patienceMs } = this.#options;
    let pauseMs = firstPauseMs;
    let looksInVain = 0;
    let lastSeen: string | undefined;
    let lastChangeAt = Date.now();
    for (let round = 1; ; round++) {
      const found = await this.#look();
      this.#note(found, round);
      if (found.entries.length === 0 && found.failures.length === 0) break;
      const seen = found.entries.map(({ resource }) => `${keyOf(resource)} ${resource.state}`).join("\n");
      const changed = seen !== lastSeen;
      if (changed) [lastSeen, lastChangeAt, pauseMs] = [seen, Date.now(), firstPauseMs];
      await this.#removeRound(found);
      looksInVain = this.#worthAnotherRound(found) ? 0 : looksInVain + 1;
      const goes = found.entries.some((one) => one.found.going === true);
      const now = Date.now();
      const stalled = !changed && !goes && now - lastChangeAt >= patienceMs;
      const over = now - this.#startedAt + pauseMs >= deadlineMs;
      // A service that did not answer is asked again, what is protected is not.
      const vain = looksInVain >= (found.failures.length > 0 ? LOOKS_IN_VAIN : 1);
      if (vain || stalled || over || this.#aborted()) break;
      await this.#pause(pauseMs);
      pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
    }
    const last = await this.#look();
    if (last.entries.length > 0 || last.failures.length > 0) return this.#result(last);
    // AWS answers from many places that do not all know at once: one empty look is not a proof.
    await this.#pause(firstPauseMs);
    return this.#result(await this.#look());
  }

  #look(): Promise<Survey> {
    return survey(this.environmentId, this.access, this.clients);
  }

  #aborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  async #pause(pauseMs: number): Promise<void> {
    const { signal } = this.#options;
    try {
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!this.#aborted()) throw error;
    }
  }

  #note(found: Survey, round: number): void {
    this.#options.onProgress?.({
      environmentId: this.environmentId,
      round,
      remaining: found.entries.length,
      removed: this.#removed.size,
    });
  }

  /** Kinds in order; each as soon as nothing is left of what it waits for, so that slow things go side by side. */
  async #removeRound(survey: Survey): Promise<void> {
    const { entries } = survey;
    const kinds = [...new Set(entries.flatMap(({ kind }) => kind ?? []))];
    for (const kind of kinds) {
      if (this.#aborted()) return;
      if (this.#mustWait(kind, survey)) continue;
      const due = entries.filter(
        (one) => one.kind === kind && one.found.going !== true && this.#finalReason(one) === undefined,
      );
      await inParallel(due, REMOVALS_AT_A_TIME, async ({ found, resource, world }) => {
        try {
          await kind.remove(found, world);
          this.#removed.set(keyOf(resource), resource);
          this.#refusals.delete(keyOf(resource));
        } catch (error) {
          if (isWithoutCredentials(error) && !world.further) throw error;
          if (isGone(error)) return;
          this.#refusals.set(keyOf(resource), { reason: reasonOf(error), detail: awsMessage(error) });
        }
      });
    }
  }

  /** While something is left of what it waits for, or that is not known. Copies of data and unknown types hold up nobody. */
  #mustWait(kind: ResourceKind, { entries, failures }: Survey): boolean {
    const holdsUp = (one: SurveyEntry): boolean => {
      const reason = this.#finalReason(one);
      return reason === undefined || !HOLDS_UP_NOBODY.has(reason);
    };
    const left = new Set([
      ...entries.filter(holdsUp).map(({ resource }) => resource.kind),
      ...failures.map((failure) => failure.kind),
    ]);
    return kind.waitsFor.some((name) => left.has(name));
  }

  #finalReason({ found, resource }: SurveyEntry): LeftoverReason | undefined {
    const kept = found.kept?.reason;
    if (kept === LeftoverReason.Retained && this.#options.removeSnapshots === true) return undefined;
    const reason = kept ?? this.#refusals.get(keyOf(resource))?.reason;
    return reason !== undefined && FINAL.has(reason) ? reason : undefined;
  }

  /** Whether anything is left that another round may remove: that is neither to stay nor waits for what is to stay. */
  #worthAnotherRound({ entries }: Survey): boolean {
    const stuck = new Set<string>();
    for (const one of entries) {
      const reason = this.#finalReason(one);
      if (reason !== undefined && !HOLDS_UP_NOBODY.has(reason)) stuck.add(one.resource.kind);
    }
    let worth = false;
    // In order: whatever is waited for comes first.
    for (const one of entries) {
      if (this.#finalReason(one) !== undefined) continue;
      if (one.kind?.waitsFor.some((name) => stuck.has(name)) === true) stuck.add(one.resource.kind);
      else worth = true;
    }
    return worth;
  }

  #result({ regions, entries, failures }: Survey): AwsSweepResult {
    const kinds = new Set(entries.map(({ resource }) => resource.kind));
    const left = entries.map((one) => leftover(one, this.#refusals.get(keyOf(one.resource)), kinds));
    const still = new Set(entries.map(({ resource }) => keyOf(resource)));
    return {
      environmentId: this.environmentId,
      region: this.access.region,
      regions,
      removed: [...this.#removed].filter(([key]) => !still.has(key)).map(([, resource]) => resource),
      left,
      failures,
      proved: entries.length === 0 && failures.length === 0,
      durationMs: Date.now() - this.#startedAt,
    };
  }
}

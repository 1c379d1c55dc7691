import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type EnvironmentAccess, Target } from "../../components/contracts";
import { ExitCode } from "../../core/errors";
import type { TeardownProof } from "../../report/model";
import { totalSeconds } from "../../scenarios/arrival";
import { warmupTo } from "../../scenarios/catalogue/common";
import type { Workload } from "../../scenarios/model";
import { CampaignStopped, stopped } from "../campaign";
import { measure } from "../measure";
import type { CampaignObserver } from "../observer";
import { recordingObserver, timed } from "../phase";
import { keepLogs, type Provisioned, prepare, provision } from "../provision";
import { type CampaignTarget, campaignTarget, type Tools } from "../targets";
import { tearDown } from "../teardown";
import { controlWorkload, hasControl } from "./control";
import { breakingFindings, sortRounds } from "./exclusion";
import type { ComparisonPlan, PlannedSide } from "./model";
import { withinPhase } from "./pair-observer";
import { FIRST_WARMUP_SECONDS } from "./presets";
import { type Replicate, readReplicate } from "./replicate";
import { CONTROL_AFTER, CONTROL_BEFORE, replicateName, warmUpName } from "./run-names";
import type { ComparisonEnd } from "./stored";

export interface RunOptions {
  readonly observer: CampaignObserver;
  readonly signal: AbortSignal;
  /** What stands behind the sides' target. @default perfbed's own implementation of it */
  readonly target?: CampaignTarget;
  /** Called before anything is started, so that an interrupted comparison leaves its plan with its runs. */
  readonly started: () => Promise<void>;
  /** Asked after every round with all replicates so far: a sentence stops the measuring. */
  readonly enough?: (replicates: readonly Replicate[]) => string | undefined;
  /** Called when everything is measured and the environments still stand. */
  readonly judge: (end: ComparisonEnd) => Promise<void>;
}

export interface SideProof extends TeardownProof {
  readonly environmentId: string;
}

const SEEDS = 2 ** 32;

/** The same data for all sides of a round, other data in every round: a pair differs by its version, pairs differ by their requests. */
export function roundWorkload(workload: Workload, round: number): Workload {
  // Errors are compared, not fled from.
  const { abortErrorRatio: _, ...rest } = workload;
  return { ...rest, seed: (workload.seed + round) % SEEDS };
}

/** As long as a replicate, up to a limit, and none of it judged: the first load an environment gets. */
function firstWorkload(workload: Workload): Workload {
  const rate = Math.max(1, workload.arrival.startRatePerSecond);
  const replicate = totalSeconds(workload.warmup) + totalSeconds(workload.arrival);
  const { executor: _, ...rest } = roundWorkload(workload, 0);
  return {
    ...rest,
    warmup: warmupTo(rate, Math.min(FIRST_WARMUP_SECONDS, replicate)),
    arrival: {
      startRatePerSecond: rate,
      stages: [{ durationSeconds: 1, ratePerSecond: rate, label: "warm-up" }],
    },
  };
}

/** A standing side. */
interface Standing {
  readonly side: PlannedSide;
  readonly access: EnvironmentAccess;
}

class Comparison {
  readonly #replicates: Replicate[] = [];

  constructor(
    private readonly plan: ComparisonPlan,
    private readonly target: CampaignTarget,
    private readonly tools: Tools,
    private readonly standing: readonly Standing[],
    private readonly options: RunOptions,
  ) {}

  /** One run of one side into a folder of its own. */
  async #measure(
    { side, access }: Standing,
    runId: string,
    round: number,
    workload: Workload,
    phase: "warm-up" | "control" | "pairs",
  ): Promise<Replicate> {
    const { plan, target, tools } = this;
    this.options.signal.throwIfAborted();
    const runFolder = join(plan.resultsDir, runId);
    mkdirSync(runFolder, { recursive: true });
    const observer = recordingObserver(withinPhase(this.options.observer, phase));
    await measure({
      plan: {
        campaignId: plan.campaignId,
        environment: side.environment,
        workload,
        tool: side.tool,
        ...(side.endpoints === undefined ? {} : { endpoints: side.endpoints }),
        ...(side.maxRequests === undefined ? {} : { maxRequests: side.maxRequests }),
        resultsDir: plan.resultsDir,
        reproduce: plan.reproduce,
      },
      target,
      access,
      tools,
      runId,
      side: side.name,
      replicate: round,
      runFolder,
      observer,
      signal: this.options.signal,
      phases: observer.phases,
    });
    const replicate = await readReplicate(runFolder, [0.5, this.plan.settings.gatingQuantile]);
    if (replicate === undefined) throw new Error(`${runFolder} has no run`);
    return replicate;
  }

  async warmUp(): Promise<void> {
    await timed(
      this.options.observer,
      "warm-up",
      `first load on ${this.standing.length} environments, one after the other; not judged`,
      async () => {
        for (const standing of this.standing) {
          const workload = firstWorkload(standing.side.workload);
          await this.#measure(standing, warmUpName(standing.side.name), 0, workload, "warm-up");
        }
        return "every side is warm";
      },
    );
  }

  async control(runId: string): Promise<void> {
    const [first] = this.standing;
    if (first === undefined || !hasControl(first.side.workload)) return;
    await timed(
      this.options.observer,
      "control",
      `a small fixed load on ${first.side.name}: has the environment changed?`,
      () => this.#measure(first, runId, 0, roundWorkload(controlWorkload(first.side.workload), 0), "control"),
      ({ overall }) => `P50 of all requests ${overall.quantiles[0]?.valueMs?.toFixed(2) ?? "unknown"} ms`,
    );
  }

  /** All rounds, one side under load at a time. */
  async rounds(): Promise<ComparisonEnd> {
    const { plan, standing, options } = this;
    const total = plan.rounds;
    const sides = plan.order[0]?.length ?? plan.sides.length;
    const unit = plan.storedBaseline !== null ? "run" : sides === 2 ? "pair" : "round";
    for (const [index, order] of plan.order.entries()) {
      const round = index + 1;
      const { used } = sortRounds(this.#replicates, plan.order.slice(0, index));
      if (plan.storedBaseline === null && used.size >= total) break;
      if (round === total + 1) {
        options.observer.note(
          `${total - used.size} of ${total} ${unit}s cannot be believed: spare ones take their place`,
        );
      }
      const own = await timed(
        options.observer,
        "pairs",
        `${unit} ${round} of ${total}: ${order.filter((name) => standing.some(({ side }) => side.name === name)).join(", then ")}`,
        async () => {
          const measured: Replicate[] = [];
          for (const name of order) {
            const found = standing.find(({ side }) => side.name === name);
            // A stored baseline is there already.
            if (found === undefined) continue;
            // What a process became in its life would else be a property of the side, the same in all its replicates.
            await this.target.refreshApp?.(found.side.environment, options.signal);
            const runId = replicateName(round, name, sides);
            measured.push(
              await this.#measure(found, runId, round, roundWorkload(found.side.workload, round), "pairs"),
            );
          }
          return measured;
        },
        (measured) =>
          `${unit} ${round} of ${total}: ${measured.map((one) => `${one.side} ${roundText(one, plan.settings.gatingQuantile)}`).join(", ")}`,
      );
      this.#replicates.push(...own);
      const broken = own.flatMap((replicate) =>
        breakingFindings(replicate).map(({ text }) => `${replicate.runId}: ${text}`),
      );
      if (broken.length > 0) return { how: "broken-off", rounds: round, text: broken.join("; ") };
      const text = options.enough?.(this.#replicates);
      if (text !== undefined && round < total) return { how: "stopped-early", rounds: round, text };
    }
    const ran = new Set(this.#replicates.map(({ round }) => round)).size;
    const spare = ran > total ? ` and ${ran - total} spare` : "";
    return { how: "complete", rounds: ran, text: `all ${total} ${unit}s${spare}` };
  }
}

function roundText({ overall, validity }: Replicate, quantile: number): string {
  const p = overall.quantiles.find(({ probability }) => probability === quantile)?.valueMs;
  const invalid = validity.find(({ severity }) => severity === "invalid");
  return `${p === null || p === undefined ? "–" : p.toFixed(1)} ms${invalid === undefined ? "" : ` (${invalid.code})`}`;
}

/** All sides run on one target: latencies of two kinds of place cannot be compared. */
const targetOf = (plan: ComparisonPlan): Target => plan.sides[0]?.environment.target ?? Target.Local;

/** Brings every side up, one after the other, so that they do not slow each other's start down. */
async function provisionAll(
  plan: ComparisonPlan,
  target: CampaignTarget,
  tools: Tools,
  options: RunOptions,
  provisioned: Map<string, Provisioned>,
): Promise<readonly Standing[]> {
  const { observer, signal } = options;
  const standing: Standing[] = [];
  for (const side of plan.sides) {
    const made = await provision(side.environment, tools, { target, observer, signal });
    provisioned.set(side.environment.environmentId, made);
    standing.push({ side, access: made.access });
  }
  await timed(
    observer,
    "verify",
    "asking every tier of every side to do its work once",
    async () => {
      let passed = 0;
      for (const { side, access } of standing)
        passed += await target.verify(side.environment, access, signal);
      return passed;
    },
    (passed) => `${passed} checks passed`,
  );
  return standing;
}

/** Every environment is torn down, whatever happens to another one's teardown. */
async function tearDownAll(
  plan: ComparisonPlan,
  target: CampaignTarget,
  prepared: ReadonlySet<string>,
  provisioned: ReadonlyMap<string, Provisioned>,
  observer: CampaignObserver,
): Promise<readonly SideProof[]> {
  const proofs: SideProof[] = [];
  for (const { environment } of plan.sides) {
    const { environmentId } = environment;
    if (!prepared.has(environmentId)) continue;
    const proof = await tearDown(environmentId, target, provisioned.get(environmentId)?.stack, observer);
    proofs.push({ ...proof, environmentId });
  }
  return proofs;
}

/** One proof of several environments: proved when each is. */
export function jointProof(proofs: readonly SideProof[]): TeardownProof {
  const whats = [...new Set(proofs.flatMap(({ checked }) => checked.map(({ what }) => what)))];
  return {
    proved: proofs.every(({ proved }) => proved),
    at:
      proofs
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? new Date().toISOString(),
    checked: whats.map((what) => {
      const found = proofs.flatMap(({ checked }) => checked.filter((check) => check.what === what));
      return {
        what,
        found: found.reduce((sum, check) => sum + check.found, 0),
        detail: [...new Set(found.map(({ detail }) => detail))].join("; "),
      };
    }),
  };
}

/**
 * Provisions every side, measures all rounds, has them judged, and tears everything down, whatever happened.
 * @throws ConfigError (nothing was started); CampaignStopped (failed or interrupted, torn down)
 */
export async function runComparison(
  plan: ComparisonPlan,
  options: RunOptions,
): Promise<readonly SideProof[]> {
  const { observer, signal } = options;
  const target = options.target ?? (await campaignTarget(targetOf(plan)));
  let tools: Tools;
  try {
    tools = await target.prepareTools(
      plan.sides[0]?.tool ?? "k6",
      observer,
      signal,
      plan.sides.map(({ environment }) => environment),
    );
    signal.throwIfAborted();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CampaignStopped(
      "PERFBED_INTERRUPTED",
      ExitCode.Interrupted,
      "Interrupted before anything was started. Nothing is left.",
    );
  }
  await options.started();
  const prepared = new Set<string>();
  const provisioned = new Map<string, Provisioned>();
  const logsOf = (side: PlannedSide) =>
    keepLogs(side.environment.environmentId, target, join(plan.resultsDir, "environments", side.name));
  try {
    // Both ledgers before anything is started: a killed comparison leaves nothing that a sweep would not find.
    for (const side of plan.sides) {
      await prepare(side.environment, target, true);
      prepared.add(side.environment.environmentId);
    }
    const standing = await provisionAll(plan, target, tools, options, provisioned);
    const comparison = new Comparison(plan, target, tools, standing, options);
    await comparison.warmUp();
    await comparison.control(CONTROL_BEFORE);
    const end = await comparison.rounds();
    if (end.how !== "broken-off") await comparison.control(CONTROL_AFTER);
    await options.judge(end);
  } catch (error) {
    const kept = plan.sides.filter(({ environment }) => prepared.has(environment.environmentId)).map(logsOf);
    const stacks = target.destroyAfterFailure ? provisioned : new Map<string, Provisioned>();
    const proofs = await tearDownAll(plan, target, prepared, stacks, observer);
    throw stopped(error, signal.aborted, jointProof(proofs), kept[0]);
  }
  for (const side of plan.sides) logsOf(side);
  const proofs = await tearDownAll(plan, target, prepared, provisioned, observer);
  if (signal.aborted && proofs.every(({ proved }) => proved))
    throw stopped(undefined, true, jointProof(proofs));
  return proofs;
}

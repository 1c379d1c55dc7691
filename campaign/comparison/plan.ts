import { interleavedRounds } from "../../analysis/comparison/interleaving";
import { type ComparisonSettings, checkPlannedComparison } from "../../analysis/comparison/settings";
import { Target } from "../../components/contracts";
import { ConfigError } from "../../core/errors";
import { newEnvironmentId } from "../../core/ids";
import { isVariant, VARIANTS } from "../../sample/storefront/variants";
import { peakRate, totalSeconds } from "../../scenarios/arrival";
import { arrivalsArePlanned } from "../../scenarios/executor-plan";
import type { HistoryLocation } from "../../storage/history";
import { type LoadedConfig, loadConfig } from "../config/load";
import { type CampaignPlan, type PlanOptions, planCampaign } from "../plan";
import { controlSeconds } from "./control";
import type { ComparisonEstimate, ComparisonKind, ComparisonPlan, PlannedSide } from "./model";
import { requiredObjectives } from "./objectives";
import {
  ENVIRONMENT_OVERHEAD_SECONDS,
  FIRST_WARMUP_SECONDS,
  PRESETS,
  type PresetName,
  REPLICATE_OVERHEAD_SECONDS,
  SPARE_SHARE,
} from "./presets";
import { checkRequests } from "./requests";
import { readPrices, resolveSettings, type SettingOptions } from "./settings";
import { COMPARISON_SIZING, comparisonSizing, withoutScaling } from "./sizing";
import { findStoredBaseline, isStoredBaseline, type StoredBaseline } from "./stored-baseline";

export interface ComparisonOptions extends SettingOptions {
  /** Everything that is the same for all sides. */
  readonly common: PlanOptions;
  readonly preset: PresetName;
  /** Pairs (rounds); the preset's when absent. */
  readonly pairs?: number;
  readonly sequential?: boolean;
  /** Keep the autoscaler free to act. @default false for versions, true for sizings */
  readonly autoscaling?: boolean;
  readonly prices?: string;
  /** OpenSLO file; gates only. */
  readonly objectives?: string;
  /** Most of a period's error budget that the time measured may use, 0..1. @default 1 */
  readonly maxBurnedShare?: number;
}

/** How one side differs from the others. */
interface SideSpec {
  readonly name: string;
  readonly label?: string;
  readonly options: Partial<Pick<PlanOptions, "variant" | "side" | "appVersion" | "sizing" | "set">>;
}

/** A version by its name: one of the config's `sides`, a variant of the storefront, or just a version. */
function versionSide(
  name: string,
  version: string,
  field: string,
  loaded: LoadedConfig,
  notes: string[],
): SideSpec {
  const { config } = loaded;
  const own = config.sides[version];
  if (config.application === undefined) {
    if (!isVariant(version)) {
      throw new ConfigError("There is no such version", [
        {
          field,
          value: version,
          allowed: `a variant of the storefront sample: ${Object.keys(VARIANTS).join(", ")}`,
          hint: "For an application of your own, name it in a config file under application, and its versions under sides.",
        },
      ]);
    }
    return { name, options: { variant: version } };
  }
  if (own !== undefined) return { name, options: { side: { ...own, version: own.version ?? version } } };
  const known = Object.keys(config.sides);
  if (known.length > 0) {
    throw new ConfigError("There is no such side", [
      { field, value: version, allowed: `one of the config's sides: ${known.join(", ")}` },
    ]);
  }
  notes.push(
    `${field} ${version}: the config has no sides, so this version differs by the variable APP_VERSION alone; the command must act on it.`,
  );
  return { name, options: { appVersion: version } };
}

async function planSides(
  specs: readonly SideSpec[],
  options: ComparisonOptions,
  kind: ComparisonKind,
  loaded: LoadedConfig,
): Promise<{
  readonly sides: readonly PlannedSide[];
  readonly campaignId: string;
  readonly resultsDir: string;
  readonly history?: HistoryLocation;
}> {
  const base = options.common.name ?? newEnvironmentId();
  const preset = PRESETS[options.preset];
  const planned: CampaignPlan[] = [];
  for (const [index, spec] of specs.entries()) {
    planned.push(
      await planCampaign({
        ...options.common,
        ...spec.options,
        set: [...options.common.set, ...(spec.options.set ?? [])],
        name: `${base}-${index + 1}`,
        sideName: spec.name,
        loadDefaults: preset.load,
      }),
    );
  }
  // Quotas that are too tight to compare under are this machine's alone: instances of AWS have all of theirs.
  const ownSizing = (sizing: string | undefined, target: Target): boolean =>
    sizing !== undefined || loaded.config.sizing !== "small" || target !== Target.Local;
  const sides = planned.map((plan, index): PlannedSide => {
    const spec = specs[index] ?? { name: "", options: {} };
    const { application } = plan.environment;
    const sizing = ownSizing(spec.options.sizing ?? options.common.sizing, plan.environment.target)
      ? plan.environment.sizing
      : comparisonSizing();
    const scaling = options.autoscaling ?? kind === "compare";
    return {
      name: spec.name,
      label: spec.label ?? `${application.name} ${application.version}`,
      environment: {
        ...plan.environment,
        sizing: scaling ? sizing : withoutScaling(sizing),
        // One campaign, whichever side an agent watches.
        ...(plan.environment.apm === undefined
          ? {}
          : { apm: { ...plan.environment.apm, campaign: planned[0]?.campaignId ?? plan.campaignId } }),
      },
      workload: plan.workload,
      tool: plan.tool,
      ...(plan.endpoints === undefined ? {} : { endpoints: plan.endpoints }),
      ...(plan.maxRequests === undefined ? {} : { maxRequests: plan.maxRequests }),
    };
  });
  const [first] = planned;
  if (first === undefined) throw new Error("a comparison without sides");
  const { campaignId, resultsDir } = first;
  // Only where it was asked for: a candidate that is turned down must not become a point of the main line's history.
  const history = typeof options.common.history === "string" ? first.history : undefined;
  return { sides, campaignId, resultsDir, ...(history === undefined ? {} : { history }) };
}

function estimateOf(sides: readonly PlannedSide[], pairs: number): ComparisonEstimate {
  const [first] = sides;
  const seconds =
    first === undefined ? 0 : totalSeconds(first.workload.warmup) + totalSeconds(first.workload.arrival);
  const replicateSeconds = seconds + REPLICATE_OVERHEAD_SECONDS;
  const roundSeconds = replicateSeconds * sides.length;
  const warmUp = sides.length * (FIRST_WARMUP_SECONDS + REPLICATE_OVERHEAD_SECONDS + 1);
  const total =
    pairs * roundSeconds + warmUp + 2 * controlSeconds() + sides.length * ENVIRONMENT_OVERHEAD_SECONDS;
  return { replicateSeconds, minutesPerPair: roundSeconds / 60, totalMinutes: total / 60 };
}

async function planComparison(
  kind: ComparisonKind,
  specs: readonly SideSpec[],
  options: ComparisonOptions,
  loaded: LoadedConfig,
  notes: string[],
  baselineOf: (candidate: PlannedSide) => Promise<StoredBaseline | null> = async () => null,
): Promise<ComparisonPlan> {
  const { policy, settings: given } = resolveSettings(options);
  const { sides, campaignId, resultsDir, history } = await planSides(specs, options, kind, loaded);
  const [first] = sides;
  if (first === undefined) throw new Error("a comparison without sides");
  const settings: ComparisonSettings =
    first.workload.script === undefined && arrivalsArePlanned(first.workload.executor).planned
      ? given
      : { ...given, throughputGates: false };
  const storedBaseline = await baselineOf(first);
  const wanted = options.pairs ?? PRESETS[options.preset].pairs;
  const pairs = storedBaseline === null ? wanted : Math.min(wanted, storedBaseline.runs.length);
  if (storedBaseline !== null) {
    notes.push(
      `The baseline is stored (${storedBaseline.campaignId}, ${storedBaseline.runs.length} runs): effects of order and of the time of day are not controlled. Two versions run as a duet are the better test.`,
    );
    if (options.sequential === true) {
      throw new ConfigError("An early stop needs pairs", [
        { field: "--sequential", allowed: "with two versions that run now", hint: "The baseline is stored." },
      ]);
    }
  }
  const journeys = first.workload.journeys.map(({ name }) => name);
  checkPlannedComparison(settings, {
    pairs,
    paired: storedBaseline === null,
    journeys: first.workload.script === undefined ? journeys : Object.keys(settings.journeys),
  });
  for (const side of sides) checkRequests(side.workload, settings, side === first ? notes : []);
  const estimate = estimateOf(sides, pairs);
  // Environments must outlast the comparison by far: their watchdogs end them at the expiry.
  const expiresAt = new Date(
    Math.max(Date.parse(first.environment.expiresAt), Date.now() + (estimate.totalMinutes * 2 + 15) * 60_000),
  ).toISOString();
  if (first.environment.sizing.name === COMPARISON_SIZING) {
    notes.push(
      "No sizing is named: two app instances with a core each, without autoscaling, so that latency shows the work and not the quota.",
    );
  }
  if (peakRate(first.workload.arrival) > 100) {
    notes.push("Check that the machine is not saturated: both sides and the generators share it.");
  }
  const seed = first.workload.seed;
  return {
    kind,
    campaignId,
    sides: sides.map((side) => ({ ...side, environment: { ...side.environment, expiresAt } })),
    storedBaseline,
    rounds: pairs,
    order:
      storedBaseline === null
        ? interleavedRounds(sides.length, pairs + Math.ceil(pairs * SPARE_SHARE), seed).map((round) =>
            round.flatMap((side) => sides[side]?.name ?? []),
          )
        : Array.from({ length: pairs }, () => ["baseline", first.name]),
    seed,
    preset: options.preset,
    settings,
    sequential: options.sequential ?? false,
    policy,
    objectives: requiredObjectives(options.objectives, options.maxBurnedShare),
    prices: readPrices(options.cwd, options.prices),
    resultsDir,
    ...(history === undefined ? {} : { history }),
    reproduce: options.common.reproduce,
    notes,
    estimate,
  };
}

const load = ({ common }: ComparisonOptions): Promise<LoadedConfig> =>
  loadConfig({
    cwd: common.cwd,
    ...(common.configFile === undefined ? {} : { file: common.configFile }),
  });

export interface GateOptions extends ComparisonOptions {
  /** A version, or the folder of an earlier comparison. */
  readonly baseline: string;
  readonly candidate: string;
  /** Which side of the earlier comparison. @default baseline */
  readonly baselineSide?: string;
}

/** Two versions against each other, or one against stored runs. @throws ConfigError; nothing is started */
export async function planGate(options: GateOptions): Promise<ComparisonPlan> {
  const loaded = await load(options);
  const notes: string[] = [];
  const candidate = versionSide("candidate", options.candidate, "--candidate", loaded, notes);
  if (isStoredBaseline(options.cwd, options.baseline)) {
    return planComparison("gate", [candidate], options, loaded, notes, (side) =>
      findStoredBaseline(options.cwd, options.baseline, options.baselineSide ?? "baseline", side),
    );
  }
  return planComparison(
    "gate",
    [versionSide("baseline", options.baseline, "--baseline", loaded, notes), candidate],
    options,
    loaded,
    notes,
  );
}

/** One version against itself. @throws ConfigError; nothing is started */
export async function planCalibration(
  options: ComparisonOptions & { readonly version?: string },
): Promise<ComparisonPlan> {
  const loaded = await load(options);
  const notes: string[] = [];
  const side = (name: string): SideSpec =>
    options.version === undefined
      ? { name, options: {} }
      : versionSide(name, options.version, "--version", loaded, notes);
  return planComparison("calibration", [side("baseline"), side("candidate")], options, loaded, notes);
}

export interface CompareOptions extends ComparisonOptions {
  readonly sizings: readonly string[];
  readonly versions: readonly string[];
  /** `name=value` of one scenario parameter each. */
  readonly varied: readonly string[];
}

/** A name that makes a plain folder. */
const folderName = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 40);

/** Several sizings, versions or parameter values side by side. @throws ConfigError; nothing is started */
export async function planCompare(options: CompareOptions): Promise<ComparisonPlan> {
  const loaded = await load(options);
  const notes: string[] = [];
  const groups: readonly (readonly SideSpec[])[] = [
    options.sizings.map((sizing) => ({ name: folderName(sizing), label: sizing, options: { sizing } })),
    options.versions.map((version) => versionSide(folderName(version), version, "--version", loaded, notes)),
    options.varied.map((set) => ({ name: folderName(set), label: set, options: { set: [set] } })),
  ];
  const given = groups.filter((group) => group.length > 0);
  const [specs] = given;
  const names = new Set(specs?.map(({ name }) => name));
  if (given.length !== 1 || specs === undefined || specs.length < 2 || names.size !== specs.length) {
    throw new ConfigError("Nothing to compare", [
      {
        field: "--sizing, --version or --vary",
        allowed: "one of them, at least twice, each time with another value",
        hint: "For instance: perfbed compare --sizing small --sizing medium",
      },
    ]);
  }
  return planComparison("compare", specs, options, loaded, notes);
}

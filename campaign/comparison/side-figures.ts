import { COMPARED_PROBABILITIES } from "../../analysis/comparison/metrics";
import { describe } from "../../analysis/statistics/descriptive";
import { tQuantile } from "../../analysis/statistics/distributions";
import { meanOrZero } from "../../analysis/statistics/mean";
import type { Sizing } from "../../components/contracts";
import type { IntervalFigure, SideFigures, SideJourney } from "../../report/comparison/model";
import type { PriceList } from "./model";
import type { Replicate } from "./replicate";
import type { TierUse } from "./tier-use";

const CONFIDENCE = 0.95;

/** Geometric mean with the t interval of the mean logarithm; the replicate is the unit. */
export function geometricInterval(values: readonly number[]): IntervalFigure {
  if (values.length === 0) return { value: null, lower: null, upper: null };
  const { n, mean, sd } = describe(values.map(Math.log));
  if (n < 2) return { value: Math.exp(mean), lower: null, upper: null };
  const margin = (tQuantile(1 - (1 - CONFIDENCE) / 2, n - 1) * sd) / Math.sqrt(n);
  return { value: Math.exp(mean), lower: Math.exp(mean - margin), upper: Math.exp(mean + margin) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function journeysOf(
  replicates: readonly Replicate[],
  probabilities: readonly number[],
): readonly SideJourney[] {
  const names = [...new Set(replicates.flatMap(({ journeys }) => journeys.map(({ journey }) => journey)))];
  return names.map((journey) => {
    const own = replicates.flatMap(({ journeys }) => journeys.find((one) => one.journey === journey) ?? []);
    return {
      journey,
      requests: sum(own.map(({ requests }) => requests)),
      errors: sum(own.map(({ errors }) => errors)),
      quantiles: probabilities.map((probability) => {
        const values = own.map(
          ({ quantiles }) => quantiles.find((one) => one.probability === probability)?.valueMs ?? null,
        );
        // A replicate without the quantile would make the mean one of the others only: better none.
        const known = values.flatMap((value) => (value === null ? [] : [value]));
        return {
          probability,
          ...geometricInterval(known.length < values.length ? [] : known),
        };
      }),
    };
  });
}

function tiersOf(replicates: readonly Replicate[]): readonly TierUse[] {
  const names = [...new Set(replicates.flatMap(({ tiers }) => tiers.map(({ tier }) => tier)))];
  return names.map((tier) => {
    const own = replicates.flatMap(({ tiers }) => tiers.find((one) => one.tier === tier) ?? []);
    const instances = own.flatMap((one) => (one.instances === null ? [] : [one.instances]));
    return {
      tier,
      utilisation: meanOrZero(own.map(({ utilisation }) => utilisation)),
      throttledShare: meanOrZero(own.map(({ throttledShare }) => throttledShare)),
      instances: instances.length === 0 ? null : meanOrZero(instances),
    };
  });
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** The tier that would be used up first: the highest share of its CPU allotment, with what its quota already costs. */
function limitingTier(tiers: readonly TierUse[]): SideFigures["limiting"] {
  const [busiest] = tiers.toSorted((a, b) => b.utilisation - a.utilisation);
  if (busiest === undefined) return null;
  const held =
    busiest.throttledShare > 0.02
      ? `, held back by its quota in ${percent(busiest.throttledShare)} of periods`
      : "";
  const room = busiest.utilisation < 0.5 ? "; no tier is limiting at this load" : "";
  return { tier: busiest.tier, text: `${percent(busiest.utilisation)} of its CPU used${held}${room}` };
}

/** CPU and memory allotted to all tiers but the fleet. @param instances mean of the app's instances in service */
export function allotted(
  sizing: Sizing,
  instances: number,
): { readonly cores: number; readonly memoryGiB: number } {
  const { app, database, cache, edge } = sizing;
  const servers = 1 + database.replicas;
  return {
    cores: instances * app.cpu + servers * database.cpu + cache.cpu + edge.cpu,
    memoryGiB:
      (instances * app.memoryMiB + servers * database.memoryMiB + cache.memoryMiB + edge.memoryMiB) / 1024,
  };
}

/** Everything a table says of one side. @param replicates those of the rounds that count */
export function sideFigures(
  side: { readonly name: string; readonly label: string; readonly sizing: Sizing },
  replicates: readonly Replicate[],
  gatingQuantile: number,
  prices: PriceList | null,
): SideFigures {
  const probabilities = [...new Set([...COMPARED_PROBABILITIES, gatingQuantile])].sort((a, b) => a - b);
  const tiers = tiersOf(replicates);
  const instances = tiers.find(({ tier }) => tier === "app")?.instances ?? side.sizing.app.minInstances;
  const { cores, memoryGiB } = allotted(side.sizing, instances);
  const requests = sum(replicates.map(({ overall }) => overall.requests));
  const errors = sum(replicates.map(({ overall }) => overall.errors));
  const seconds = sum(replicates.map(({ measuredSeconds }) => measuredSeconds));
  const slos = replicates.flatMap((replicate) => replicate.slos);
  const met = slos.filter(({ status }) => status === "met").length;
  const costPerHour =
    prices === null ? null : cores * prices.corePerHour + memoryGiB * prices.memoryGiBPerHour;
  const answeredPerHour = seconds > 0 ? ((requests - errors) / seconds) * 3600 : 0;
  const inside = slos.length > 0 && met === slos.length && answeredPerHour > 0;
  return {
    side: side.name,
    label: side.label,
    replicates: replicates.length,
    requests,
    errors,
    ratePerSecond: seconds > 0 ? requests / seconds : 0,
    journeys: journeysOf(replicates, probabilities),
    tiers,
    limiting: limitingTier(tiers),
    cores,
    memoryGiB,
    objectives: { met, judged: slos.length },
    slos,
    costPerHour,
    costPerMillion: costPerHour !== null && inside ? (costPerHour / answeredPerHour) * 1e6 : null,
  };
}

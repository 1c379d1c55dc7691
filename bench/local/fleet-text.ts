import type { FleetResult, FleetSample } from "./fleet";
import { roundRatios, spread } from "./statistics";
import { spreadText, table } from "./table";

const NAMES: Readonly<Record<string, string>> = {
  perfbed: "perfbed, the script",
  "perfbed-csv": "perfbed, k6 from elsewhere",
  "perfbed-scenario": "perfbed, the same as a scenario",
  bare: "bare k6, as many processes",
  "bare-tuned": "bare k6, as many, perfbed's GOGC",
  "bare-single": "bare k6, one process",
};

export const rates = (samples: readonly FleetSample[] | undefined): number[] =>
  (samples ?? []).map((sample) => sample.requestsPerSecond);

function comparison(variants: FleetResult["closedLoop"]): string {
  const reference = rates(variants.bare);
  return table([
    ["median (min to max)", "requests/s", "ratio to bare by rounds", "k6 CPU, µs/request", "watching, cores"],
    ...Object.entries(variants).map(([variant, samples]) => [
      NAMES[variant] ?? variant,
      spreadText(spread(rates(samples)), 0),
      variant === "bare" ? "" : spreadText(roundRatios(rates(samples), reference), 3),
      spreadText(spread(samples.map((sample) => sample.generatorCpuUsPerRequest)), 0),
      spread(samples.map((sample) => sample.watcherCores)).median.toFixed(3),
    ]),
  ]);
}

export function fleetTables(result: FleetResult): string {
  return [
    "Closed loop, every virtual user as fast as it can",
    comparison(result.closedLoop),
    "",
    `Fixed rate of ${result.ratePerSecond} arrivals a second`,
    comparison(result.fixedRate),
  ].join("\n");
}

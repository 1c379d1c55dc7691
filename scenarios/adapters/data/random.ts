import type { ThinkTime } from "../../model";

/** Numbers in [0, 1). */
export type RandomStream = () => number;

/**
 * sfc32: one stream for each (seed, journey, arrival). The same arithmetic as in the helper of rendered k6 scripts, so that an arrival
 * has the same data whatever tool makes it.
 */
export function randomStream(seed: number, journey: number, arrival: number): RandomStream {
  let a = seed | 0;
  let b = journey | 0;
  let c = arrival | 0;
  let d = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  // 53 bits: every value of [0, 1) that a double can tell apart.
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

export type Draw<Value> = (random: RandomStream) => Value;

/** Uniform integer in [min, max]. */
export function integer(min: number, max: number): Draw<number> {
  return (random) => min + Math.floor(random() * (max - min + 1));
}

/** One of the values, by weight. */
export function choice(values: readonly string[], weights: readonly number[]): Draw<string> {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (random) => {
    let left = random() * total;
    for (const [index, value] of values.entries()) {
      left -= weights[index] ?? 0;
      if (left < 0) return value;
    }
    return values.at(-1) ?? "";
  };
}

/** Zipf's law on min..max by rejection-inversion after Hörmann and Derflinger (1996). */
export function zipf(min: number, max: number, exponent: number): Draw<number> {
  const count = max - min + 1;
  const power = 1 - exponent;
  // Integral of x^-exponent and its inverse, written so that they stay exact as the exponent goes to 1.
  const integral = (x: number): number => {
    const log = Math.log(x);
    const y = power * log;
    return Math.abs(y) < 1e-8 ? log * (1 + y / 2) : Math.expm1(y) / power;
  };
  const inverse = (area: number): number => {
    const y = Math.max(area * power, -1);
    return Math.exp(Math.abs(y) < 1e-8 ? area * (1 - y / 2) : Math.log1p(y) / power);
  };
  const height = (x: number): number => Math.exp(-exponent * Math.log(x));
  const from = integral(1.5) - 1;
  const to = integral(count + 0.5);
  const squeeze = 2 - inverse(integral(2.5) - height(2));
  return (random) => {
    for (;;) {
      const area = to + random() * (from - to);
      const x = inverse(area);
      const rank = Math.min(Math.max(Math.round(x), 1), count);
      if (rank - x <= squeeze || area >= integral(rank + 0.5) - height(rank)) return min + rank - 1;
    }
  };
}

/** A pause in seconds; undefined where it is the same each time. */
export function randomPause(think: ThinkTime): Draw<number> | undefined {
  const min = think.minSeconds ?? 0;
  const max = think.maxSeconds ?? Number.POSITIVE_INFINITY;
  const mean = think.meanSeconds ?? 0;
  const within = (seconds: number): number => Math.min(Math.max(seconds, min), max);
  switch (think.distribution) {
    case "constant":
      return undefined;
    case "uniform":
      return max === 0 ? undefined : (random) => min + random() * (max - min);
    case "exponential":
      return mean === 0 && min === 0 ? undefined : (random) => within(-mean * Math.log1p(-random()));
    case "lognormal": {
      const sigma = think.sigma ?? 0;
      if (mean === 0) return min === 0 ? undefined : () => min;
      return (random) => {
        const normal = Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random());
        return within(mean * Math.exp(sigma * normal - (sigma * sigma) / 2));
      };
    }
  }
}

/** A pause that is the same each time, seconds; 0 for none and for random ones. */
export function constantPause(think: ThinkTime | undefined): number {
  return think?.distribution === "constant" ? (think.meanSeconds ?? 0) : 0;
}

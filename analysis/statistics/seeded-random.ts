/** Random numbers that are the same on every machine for the same seed. Not for secrets. */
export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** A shuffled copy; every order equally likely. */
  shuffled<T>(items: readonly T[]): T[];
}

/** One step of splitmix32, for filling the state: neighbouring seeds give unrelated states. */
function splitMix(state: number): number {
  let z = state | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/**
 * xoshiro128** (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"), seeded through splitmix32.
 * Normal numbers by the polar method of Marsaglia and Bray (1964).
 * @throws RangeError when the seed is not a safe integer
 */
export function seededRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is not an integer`);
  const GOLDEN = 0x9e3779b9;
  // Both halves of the seed count: 2^32 + 1 is another seed than 1.
  const start = (seed | 0) ^ splitMix(Math.floor(seed / 2 ** 32));
  let a = splitMix(start + GOLDEN);
  let b = splitMix(start + 2 * GOLDEN);
  let c = splitMix(start + 3 * GOLDEN);
  let d = splitMix(start + 4 * GOLDEN) | 1;
  let spare: number | undefined;

  const next = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * next() - 1;
      const y = 2 * next() - 1;
      const radius = x * x + y * y;
      if (radius >= 1 || radius === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(radius)) / radius);
      spare = y * scale;
      return x * scale;
    }
  };
  const shuffled = <T>(items: readonly T[]): T[] => {
    const left = [...items];
    const result: T[] = [];
    while (left.length > 0) {
      // Taking one and filling its place with the last keeps every order equally likely.
      const taken = left.splice(below(left.length), 1);
      result.push(...taken);
    }
    return result;
  };
  return { next, below, normal, shuffled };
}

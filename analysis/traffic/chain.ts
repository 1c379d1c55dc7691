import type { SeededRandom } from "../statistics/seeded-random";

/** Moves counted between states. Index `states` stands for the outside: entry as a row, exit as a column. */
export class TransitionCounts {
  readonly #counts: Float64Array;
  readonly #width: number;

  constructor(readonly states: number) {
    this.#width = states + 1;
    this.#counts = new Float64Array(this.#width * this.#width);
  }

  /** One session: entry, the moves between its states in order, exit. An empty one counts for nothing. */
  addSession(sequence: ArrayLike<number>): void {
    let from = this.states;
    for (let index = 0; index < sequence.length; index++) {
      const to = sequence[index] ?? this.states;
      this.#add(from, to);
      from = to;
    }
    if (sequence.length > 0) this.#add(from, this.states);
  }

  #add(from: number, to: number): void {
    const at = from * this.#width + to;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Moves from one state to another; `states` is the outside. */
  count(from: number, to: number): number {
    return this.#counts[from * this.#width + to] ?? 0;
  }

  /** Times the state was left, exits included. */
  leaving(from: number): number {
    let sum = 0;
    for (let to = 0; to < this.#width; to++) sum += this.count(from, to);
    return sum;
  }
}

/** A first-order Markov chain of visits: the next step depends on the present one alone. */
export interface VisitChain {
  /** Probability that a visit begins with the state; they add up to 1. */
  readonly entry: readonly number[];
  /** `transitions[i][j]`: probability that j follows i. A row and its exit add up to 1. */
  readonly transitions: readonly (readonly number[])[];
  /** Probability that the visit ends after the state. */
  readonly exit: readonly number[];
}

/**
 * The maximum-likelihood chain of counted moves: each probability is the share of its row (Anderson and Goodman 1957, "Statistical
 * inference about Markov chains"). A state that was never left exits.
 */
export function chainOf(counts: TransitionCounts): VisitChain {
  const { states } = counts;
  const range = Array.from({ length: states }, (_, index) => index);
  const sessions = counts.leaving(states);
  const share = (from: number, to: number, total: number): number =>
    total === 0 ? 0 : counts.count(from, to) / total;
  return {
    entry: range.map((to) => share(states, to, sessions)),
    transitions: range.map((from) => {
      const total = counts.leaving(from);
      return range.map((to) => share(from, to, total));
    }),
    exit: range.map((from) => {
      const total = counts.leaving(from);
      return total === 0 ? 1 : share(from, states, total);
    }),
  };
}

function draw(probabilities: readonly number[], random: SeededRandom): number {
  let left = random.next();
  for (let index = 0; index < probabilities.length; index++) {
    left -= probabilities[index] ?? 0;
    if (left < 0) return index;
  }
  return probabilities.length;
}

/** One visit drawn from the chain: its states in order, at most `longest` of them. */
export function simulateVisit(chain: VisitChain, random: SeededRandom, longest = 10_000): readonly number[] {
  const { entry, transitions } = chain;
  const sequence: number[] = [];
  let state = draw(entry, random);
  while (state < entry.length && sequence.length < longest) {
    sequence.push(state);
    state = draw(transitions[state] ?? [], random);
  }
  return sequence;
}

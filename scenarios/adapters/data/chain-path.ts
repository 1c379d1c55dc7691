import { DEFAULT_MAX_STEPS, pauseOf, transitionsFrom } from "../../chain";
import { type Chain, EXIT, type Journey, type Step, type ThinkTime } from "../../model";
import { constantPause, type Draw, type RandomStream, randomPause } from "./random";

/** Stands before the milliseconds of a pause among the steps of a path. No step's name has a colon. */
export const WAIT = "wait:";

interface Option {
  readonly name: string;
  readonly probability: number;
  readonly pause?: Draw<number> | undefined;
}

function pauseDraw(think: ThinkTime | undefined): Draw<number> | undefined {
  if (think === undefined) return undefined;
  const constant = constantPause(think);
  return constant > 0 ? () => constant : randomPause(think);
}

/** One of several by its probability, as the helper of rendered k6 scripts chooses. */
function choose(random: RandomStream, options: readonly Option[]): Option | undefined {
  let left = random();
  for (const option of options) {
    left -= option.probability;
    if (left < 0) return option;
  }
  return options.at(-1);
}

/**
 * Draws the whole way of a visit through its chain beforehand: the names of its steps in order, with the pauses between them as
 * `wait:` and milliseconds. The draws are those of a rendered k6 script, in its order.
 * @returns a function of the visit's stream; `atStep` makes the draws of a step itself
 */
export function chainPath(
  journey: Journey,
  chain: Chain,
): (random: RandomStream, atStep: (step: Step) => void) => readonly string[] {
  const steps = new Map(journey.steps.map((step) => [step.name, step]));
  const entry = Object.entries(chain.entry).flatMap(([name, probability]) =>
    probability > 0 ? [{ name, probability }] : [],
  );
  const next = new Map(
    journey.steps.map((step) => [
      step.name,
      transitionsFrom(chain, step.name).flatMap((transition): Option[] =>
        transition.probability > 0
          ? [
              {
                name: transition.to,
                probability: transition.probability,
                pause: pauseDraw(pauseOf(transition, journey.steps)),
              },
            ]
          : [],
      ),
    ]),
  );
  const most = chain.maxSteps ?? DEFAULT_MAX_STEPS;
  return (random, atStep) => {
    const words: string[] = [];
    let name = choose(random, entry)?.name ?? EXIT;
    for (let made = 0; name !== EXIT && made < most; made += 1) {
      const step = steps.get(name);
      if (step === undefined) break;
      atStep(step);
      words.push(name);
      const option = choose(random, next.get(name) ?? []);
      if (option?.pause !== undefined && made + 1 < most) {
        const milliseconds = Math.round(option.pause(random) * 1000);
        if (milliseconds > 0) words.push(`${WAIT}${milliseconds}`);
      }
      name = option?.name ?? EXIT;
    }
    return words;
  };
}

/** Ways through a chain, and several journeys in one k6 scenario. A part of the helper of rendered k6 scripts. */
export const JOURNEYS_SOURCE = `// Markov chains --------------------------------------------------------------------------------------------------

export const EXIT = "exit";

// One of the names, by its probability: [[name, probability, …], …].
function choose(visit, options) {
  let left = visit.random();
  for (const option of options) {
    left -= option[1];
    if (left < 0) return option;
  }
  return options[options.length - 1];
}

// From step to step until the visit ends: each step says true when there is something to go on with.
export async function walk(visit, chain, steps) {
  let [step] = choose(visit, chain.entry);
  for (let made = 0; step !== EXIT && made < chain.maxSteps; made++) {
    if ((await steps[step]()) === false) return;
    const [next, , pause] = choose(visit, chain.next[step]);
    if (pause && made + 1 < chain.maxSteps) pause();
    step = next;
  }
}

// Several journeys in one k6 scenario --------------------------------------------------------------------------

// One of the journeys by its weight, the same for the same arrival on any number of generators. Its rows are told by its name.
// A recorded arrival may say its journey's number itself.
export function chooseJourney(seed, journeys, recorded) {
  const random = randomStream(seed, -1, exec.scenario.iterationInTest);
  const total = journeys.reduce((sum, journey) => sum + journey.weight, 0);
  let left = random() * total;
  let index = 0;
  while (index + 1 < journeys.length && (left -= journeys[index].weight) >= 0) index++;
  const chosen = journeys[recorded === undefined ? index : recorded];
  exec.vu.metrics.tags.scenario = chosen.name;
  return chosen;
}

export function sleepUntil(atMs) {
  const left = atMs - Date.now();
  if (left > 0) sleep(left / 1000);
}

let paced = false;

// A virtual user begins a visit every so many seconds, and the users do so one after the other, not all at once.
export function pace(seconds) {
  // Multiples of the golden ratio spread evenly over 0..1, however many there are.
  if (!paced) sleep(((exec.vu.idInTest * 0.6180339887498949) % 1) * seconds);
  paced = true;
  return Date.now();
}

export function restOf(seconds, beganMs) {
  sleepUntil(beganMs + seconds * 1000);
}

// For pauses between visits: random numbers that no visit draws.
export function betweenVisits(seed) {
  return new Visit(seed, -2, exec.scenario.iterationInTest, exec.scenario.iterationInInstance);
}
`;

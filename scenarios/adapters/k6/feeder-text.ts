import { basename } from "node:path";
import type { Feeder, Journey, TableFeeder, Workload } from "../../model";
import { camelCase, stringLiteral } from "./javascript-text";

const ROW_FUNCTIONS = {
  unique: "uniqueRow",
  sequential: "nextRow",
  random: "randomRow",
  split: "ownRow",
} as const;

/** A file that a script reads when it is loaded. */
export interface ScriptFile {
  /** Name beside the script. */
  readonly name: string;
  /** Absolute path of what it is a copy of. */
  readonly source: string;
}

/** Tables of a workload: one file and one shared array each, however many journeys use it. */
export class Tables {
  readonly #names = new Map<string, { readonly constant: string; readonly name: string }>();

  constructor(workload: Workload) {
    for (const feeder of workload.journeys.flatMap((journey) => journey.feeders ?? [])) {
      if (feeder.kind !== "table" || this.#names.has(feeder.file)) continue;
      const stem = basename(feeder.file).replace(/\.\w+$/, "");
      const word = camelCase(stem.replace(/[^A-Za-z0-9]+/g, "-")) || "table";
      const taken = [...this.#names.values()].filter(({ constant }) => constant.startsWith(`${word}Rows`));
      const number = taken.length === 0 ? "" : String(taken.length + 1);
      this.#names.set(feeder.file, {
        constant: `${word}Rows${number}`,
        name: `${word.replace(/^_/, "")}${number}.json`,
      });
    }
  }

  /** The tables' files, as JSON beside the script. */
  get files(): readonly ScriptFile[] {
    return [...this.#names].map(([source, { name }]) => ({ name, source }));
  }

  constantOf(feeder: TableFeeder): string {
    return this.#names.get(feeder.file)?.constant ?? "";
  }

  /** One copy for all virtual users. */
  get text(): readonly string[] {
    const lines = [...this.#names.values()].map(
      ({ constant, name }) =>
        `const ${constant} = new SharedArray(${stringLiteral(name)}, () => JSON.parse(open(${stringLiteral(`./${name}`)})));`,
    );
    return lines.length === 0 ? [] : ["", ...lines];
  }
}

function drawText(feeder: Feeder, tables: Tables): string {
  switch (feeder.kind) {
    case "random-int":
      return `integer(${feeder.min}, ${feeder.max})`;
    case "zipf":
      return `zipf(${feeder.min}, ${feeder.max}, ${feeder.exponent})`;
    case "choice": {
      const weights = feeder.weights ?? feeder.values.map(() => 1);
      return `choice([${feeder.values.map(stringLiteral).join(", ")}], [${weights.join(", ")}])`;
    }
    case "unique-id":
      return `uniqueId(${stringLiteral(feeder.prefix)})`;
    case "table":
      return `${ROW_FUNCTIONS[feeder.mode]}(${tables.constantOf(feeder)}, ${stringLiteral(basename(feeder.file))})`;
  }
}

/** A feeder as a function of a visit. */
export function feederText(feeder: Feeder, tables: Tables): string {
  const draw = drawText(feeder, tables);
  return feeder.per === "user" ? `perUser(${draw})` : draw;
}

/** Variables that hold integers and need no escaping: those of numeric feeders that no extraction writes over. */
export function integerVariables(journey: Journey): ReadonlySet<string> {
  const numbers = new Set(
    (journey.feeders ?? []).flatMap(({ kind, name }) =>
      kind === "random-int" || kind === "zipf" ? [name] : [],
    ),
  );
  for (const step of journey.steps) {
    if (step.kind === "websocket") continue;
    for (const { name } of step.extract ?? []) numbers.delete(name);
  }
  return numbers;
}

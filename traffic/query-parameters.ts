import { segmentKind } from "./templates/segments";

/** Names that are told: those of forms and APIs. Anything else could be a value in the wrong place. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.[\]-]{0,39}$/;
/** Parameters of one step, beyond which new ones are passed over. */
const MOST_NAMES = 50;
/** Values of one place that are looked at for being told. */
const MOST_VALUES = 2000;
/** A text that may be told is no longer than this. */
const LONGEST_VALUE = 60;

/** Values of one place, with the number of clients that sent each. Only kept when the user asks for values. */
export class ToldValues {
  readonly #values = new Map<string, { requests: number; readonly clients: number[] }>();

  constructor(private readonly fewestClients: number) {}

  add(value: string, client: number): void {
    if (value.length === 0 || value.length > LONGEST_VALUE || segmentKind(value) !== undefined) return;
    let known = this.#values.get(value);
    if (known === undefined) {
      if (this.#values.size >= MOST_VALUES) return;
      known = { requests: 0, clients: [] };
      this.#values.set(value, known);
    }
    known.requests += 1;
    const { clients } = known;
    if (clients.length < this.fewestClients && !clients.includes(client)) clients.push(client);
  }

  /** The most frequent values that enough clients sent. */
  top(most: number): readonly { readonly value: string; readonly requests: number }[] {
    return [...this.#values]
      .flatMap(([value, { requests, clients }]) =>
        clients.length >= this.fewestClients ? [{ value, requests }] : [],
      )
      .sort((a, b) => b.requests - a.requests || (a.value < b.value ? -1 : 1))
      .slice(0, most);
  }
}

/** What is known of one parameter of one step. */
export class ParameterCounts {
  requests = 0;
  readonly clients: number[] = [];
  readonly told: ToldValues | undefined;
  #numbers = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly fewestClients: number,
    keepValues: boolean,
  ) {
    this.told = keepValues ? new ToldValues(fewestClients) : undefined;
  }

  add(value: string, client: number): void {
    this.requests += 1;
    if (this.clients.length < this.fewestClients && !this.clients.includes(client)) this.clients.push(client);
    if (/^\d{1,9}$/.test(value)) {
      const number = Number(value);
      this.#numbers += 1;
      if (number < this.#min) this.#min = number;
      if (number > this.#max) this.#max = number;
    } else {
      this.told?.add(value, client);
    }
  }

  /** Least and largest value when all are numbers, rounded outwards so that neither is told. */
  range(): { readonly min: number; readonly max: number } | null {
    return this.#numbers > 0 && this.#numbers === this.requests ? roundedRange(this.#min, this.#max) : null;
  }
}

/** Outwards to two figures; numbers below 100 stay as they are. */
export function roundedRange(min: number, max: number): { readonly min: number; readonly max: number } {
  const unit = (value: number): number =>
    10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value)))) - 1);
  return { min: Math.floor(min / unit(min)) * unit(min), max: Math.ceil(max / unit(max)) * unit(max) };
}

/** Names of a step's query parameters. */
export class QueryCounts {
  readonly #parameters = new Map<string, ParameterCounts>();

  constructor(
    private readonly fewestClients: number,
    private readonly keepValues: boolean,
  ) {}

  add(query: string, client: number): void {
    for (const part of query.split("&")) {
      const equals = part.indexOf("=");
      const name = decodedName(equals < 0 ? part : part.slice(0, equals));
      if (name === undefined) continue;
      let parameter = this.#parameters.get(name);
      if (parameter === undefined) {
        if (this.#parameters.size >= MOST_NAMES) continue;
        parameter = new ParameterCounts(this.fewestClients, this.keepValues);
        this.#parameters.set(name, parameter);
      }
      parameter.add(equals < 0 ? "" : part.slice(equals + 1), client);
    }
  }

  /** Parameters that enough clients sent, the most frequent ones first. */
  told(): readonly (readonly [string, ParameterCounts])[] {
    return [...this.#parameters]
      .filter(([, { clients }]) => clients.length >= this.fewestClients)
      .sort((a, b) => b[1].requests - a[1].requests || (a[0] < b[0] ? -1 : 1));
  }
}

function decodedName(text: string): string | undefined {
  const name = text.replace(/%5B/gi, "[").replace(/%5D/gi, "]");
  return NAME.test(name) && segmentKind(name) === undefined ? name : undefined;
}

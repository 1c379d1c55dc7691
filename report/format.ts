/**
 * Numbers as people read them. Thousands are grouped by a narrow no-break space, a unit is held to its number by a no-break space,
 * minus is a minus sign. A missing or non-finite value prints as a dash: "NaN" never reaches a reader.
 */

export const NARROW_SPACE = "\u202f";
export const NO_BREAK_SPACE = "\u00a0";
const MISSING = "—";

/** Shown instead of a quantile that has too few samples beyond it. */
export const NOT_ENOUGH_DATA = "not enough data";

type Maybe = number | null | undefined;

const present = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, NARROW_SPACE);

/** Fixed decimals, grouped, with a real minus sign. */
export function formatFixed(value: Maybe, decimals: number): string {
  if (!present(value)) return MISSING;
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const text = fraction === undefined ? group(whole) : `${group(whole)}.${fraction}`;
  const isZero = !/[1-9]/.test(text);
  return value < 0 && !isZero ? `−${text}` : text;
}

/** Decimals that leave three significant digits, at most `most`. */
const decimalsFor = (magnitude: number, most = 3): number => {
  if (magnitude === 0) return 0;
  // toPrecision first: 9.999 rounds to 10.0, not to 10.00
  const exponent = Math.floor(Math.log10(Number(magnitude.toPrecision(3))));
  return Math.min(most, Math.max(0, 2 - exponent));
};

/** Whole numbers: `12 345`. */
export function formatCount(value: Maybe): string {
  return formatFixed(value, 0);
}

/** Three significant digits, never an exponent: `0.104`, `12.3`, `1 234`. */
export function formatNumber(value: Maybe): string {
  if (!present(value)) return MISSING;
  return formatFixed(value, decimalsFor(Math.abs(value)));
}

/** Three significant digits without trailing zeros: `0.5`, `4`, `12.3`: for settings and axis ticks. */
export function formatPlain(value: Maybe): string {
  if (!present(value)) return MISSING;
  const text = formatFixed(value, decimalsFor(Math.abs(value), 6));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Ticks of an axis: as `formatPlain`, with thousands as `k` where the label would grow long: `10k`. */
export function formatTick(value: Maybe): string {
  return present(value) && Math.abs(value) >= 10_000 && Math.abs(value) < 1e6
    ? `${formatPlain(value / 1000)}k`
    : formatPlain(value);
}

/** A length of time: `0.104 ms`, `12.3 ms`, `1.23 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatMs(value: Maybe): string {
  if (!present(value)) return MISSING;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size < 999.5) return `${formatNumber(value)}${NO_BREAK_SPACE}ms`;
  if (size < 99_950) return `${formatNumber(value / 1000)}${NO_BREAK_SPACE}s`;
  const seconds = Math.round(size / 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return `${sign}${minutes}${NO_BREAK_SPACE}min${NO_BREAK_SPACE}${two(seconds % 60)}${NO_BREAK_SPACE}s`;
  return `${sign}${formatCount(Math.floor(minutes / 60))}${NO_BREAK_SPACE}h${NO_BREAK_SPACE}${two(minutes % 60)}${NO_BREAK_SPACE}min`;
}

/** Per second: `123/s`. */
export function formatRate(value: Maybe): string {
  return present(value) ? `${formatNumber(value)}/s` : MISSING;
}

/** A share 0..1 as percent. Never rounds a failure away: above 0 is at least `<0.01 %`, below 1 at most `>99.99 %`. */
export function formatPercent(value: Maybe): string {
  if (!present(value)) return MISSING;
  const percent = value * 100;
  const unit = `${NO_BREAK_SPACE}%`;
  if (percent === 0) return `0${unit}`;
  if (percent > 0 && percent < 0.01) return `<0.01${unit}`;
  if (percent < 100 && percent > 99.99) return `>99.99${unit}`;
  if (percent > 99 && percent < 100) return `${formatFixed(percent, 2)}${unit}`;
  if (percent > 0 && percent < 1) return `${Number(percent.toPrecision(2))}${unit}`;
  return `${formatPlain(percent)}${unit}`;
}

/** `P50`, `P99.9`. */
export function quantileName(probability: number): string {
  return `P${formatPlain(probability * 100)}`;
}

/** Position on a run's time axis: `0:05`, `−0:15`, `1:02:03`. */
export function formatClock(seconds: Maybe): string {
  if (!present(seconds)) return MISSING;
  const total = Math.round(Math.abs(seconds));
  const two = (part: number): string => String(part).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const rest = two(total % 60);
  const text = hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
  return seconds < 0 && total > 0 ? `−${text}` : text;
}

/** Position on a run's time axis with tenths of a second, for lists of events: `0:32.4`. */
export function formatClockTenths(seconds: Maybe): string {
  if (!present(seconds)) return MISSING;
  const tenths = Math.round(Math.abs(seconds) * 10);
  const clock = formatClock(Math.floor(tenths / 10));
  return `${seconds < 0 && tenths > 0 ? "−" : ""}${clock}.${tenths % 10}`;
}

/** An instant in microseconds since the epoch as ISO 8601 in UTC, to the second. */
export function formatInstant(atUs: Maybe): string {
  if (!present(atUs)) return MISSING;
  const date = new Date(atUs / 1000);
  return Number.isNaN(date.getTime()) ? MISSING : `${date.toISOString().slice(0, 19)}Z`;
}

/** Memory: `512 MiB`, `23.4 GiB`. */
export function formatMiB(value: Maybe): string {
  if (!present(value)) return MISSING;
  return value >= 1024
    ? `${formatNumber(value / 1024)}${NO_BREAK_SPACE}GiB`
    : `${formatPlain(value)}${NO_BREAK_SPACE}MiB`;
}

/** For places that want plain ASCII numbers (terminal, Markdown): `12,345`, ordinary spaces. */
export function plainSpaces(text: string): string {
  return text.replaceAll(NARROW_SPACE, ",").replaceAll(NO_BREAK_SPACE, " ");
}

/**
 * Pads right-aligned numbers so that they line up at the decimal point, one text per value. A column that would grow wider than
 * `mostCharacters` is left as it is.
 */
export function alignDecimals(
  texts: readonly string[],
  mostCharacters = Number.POSITIVE_INFINITY,
): readonly string[] {
  const fractionOf = (text: string): number => {
    const dot = /^−?[\d\u202f]+\.(\d+)$/.exec(text);
    return dot?.[1] === undefined ? -1 : dot[1].length;
  };
  const longest = Math.max(-1, ...texts.map(fractionOf));
  if (longest < 0) return texts;
  const padded = texts.map((text) => {
    if (!/^−?[\d\u202f]+(\.\d+)?$/.test(text)) return text;
    const fraction = fractionOf(text);
    // figure spaces are as wide as digits, a punctuation space as wide as the point
    return fraction < 0
      ? `${text}\u2008${"\u2007".repeat(longest)}`
      : `${text}${"\u2007".repeat(longest - fraction)}`;
  });
  const grown = padded.some((text, index) => text !== texts[index] && text.length > mostCharacters);
  return grown ? texts : padded;
}

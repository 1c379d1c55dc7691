/** An instant and the zone it was written in. */
export interface Timestamp {
  readonly timeMs: number;
  readonly offsetMinutes: number;
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/;
const COMMON = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*([+-]\d{4})?$/;

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return digits.startsWith("-") ? -minutes : minutes;
}

function instant(
  parts: readonly [year: number, month: number, day: number, hour: number, minute: number, second: number],
  fraction: string | undefined,
  zone: string | undefined,
): Timestamp | undefined {
  const [year, month, day, hour, minute, second] = parts;
  // A leap second is 60.
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60)
    return undefined;
  const offsetMinutes = offsetOf(zone);
  if (Math.abs(offsetMinutes) > 15 * 60) return undefined;
  const ms = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
  const timeMs = Date.UTC(year, month, day, hour, minute, second) + ms - offsetMinutes * 60_000;
  return Number.isFinite(timeMs) ? { timeMs, offsetMinutes } : undefined;
}

/** ISO 8601, or the form of nginx and Apache (`10/Oct/2000:13:55:36 -0700`). Undefined when it is neither. */
export function parseTimeText(text: string): Timestamp | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return instant(
      [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)],
      fraction,
      zone,
    );
  }
  const common = COMMON.exec(text);
  if (common !== null) {
    const [, day, month = "", year, hour, minute, second, fraction, zone] = common;
    const index = MONTHS.indexOf(month);
    if (index < 0 || index % 3 !== 0) return undefined;
    return instant(
      [Number(year), index / 3, Number(day), Number(hour), Number(minute), Number(second)],
      fraction,
      zone,
    );
  }
  return /^\d{9,19}(\.\d+)?$/.test(text) ? parseEpoch(Number(text)) : undefined;
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by their size. */
export function parseEpoch(value: number): Timestamp | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const scale = value < 1e11 ? 1000 : value < 1e14 ? 1 : value < 1e17 ? 1e-3 : 1e-6;
  return { timeMs: value * scale, offsetMinutes: 0 };
}

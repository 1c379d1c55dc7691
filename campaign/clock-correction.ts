/**
 * Samples of a generator whose clock is known to be off, as SQL over the SQL that reads them: every instant as the common clock had it.
 * @param offsetUs how far the generator's clock was ahead, microseconds
 */
export function samplesOnCommonClock(sql: string, offsetUs: number): string {
  const offset = Math.round(offsetUs);
  if (offset === 0) return sql;
  return `SELECT * REPLACE (scheduledAtUs - ${offset} AS scheduledAtUs, startedAtUs - ${offset} AS startedAtUs) FROM (${sql})`;
}

/** The same for arrivals, which are counted by whole seconds: they move by whole ones, and not at all for less than half a second. */
export function iterationsOnCommonClock(sql: string, offsetUs: number): string {
  const offset = Math.round(offsetUs / 1e6) * 1_000_000;
  if (offset === 0) return sql;
  return `SELECT * REPLACE (atUs - ${offset} AS atUs) FROM (${sql})`;
}

/** A corner of a planned arrival curve; linear between corners, a jump where two corners share an instant. */
export interface CurveCorner {
  /** Seconds on the run's axis (0 = start of the measured window). */
  readonly atSeconds: number;
  /** Journey arrivals per second. */
  readonly ratePerSecond: number;
}

/** Arrivals planned in [fromSeconds, toSeconds]: the area under the curve. Outside its corners the curve is 0. */
export function plannedArrivals(
  curve: readonly CurveCorner[],
  fromSeconds: number,
  toSeconds: number,
): number {
  let area = 0;
  curve.forEach((end, index) => {
    const start = curve[index - 1];
    if (start === undefined) return;
    const length = end.atSeconds - start.atSeconds;
    const from = Math.max(fromSeconds, start.atSeconds);
    const to = Math.min(toSeconds, end.atSeconds);
    if (length <= 0 || to <= from) return;
    const rateAt = (at: number): number =>
      start.ratePerSecond + ((end.ratePerSecond - start.ratePerSecond) * (at - start.atSeconds)) / length;
    area += ((rateAt(from) + rateAt(to)) / 2) * (to - from);
  });
  return area;
}

/** Mean planned rate of a slice; null where the slice is not wholly inside the curve. */
export function meanPlannedRate(
  curve: readonly CurveCorner[],
  fromSeconds: number,
  toSeconds: number,
): number | null {
  const first = curve[0];
  const last = curve.at(-1);
  if (first === undefined || last === undefined || toSeconds <= fromSeconds) return null;
  const tolerance = 1e-9;
  if (fromSeconds < first.atSeconds - tolerance || toSeconds > last.atSeconds + tolerance) return null;
  return plannedArrivals(curve, fromSeconds, toSeconds) / (toSeconds - fromSeconds);
}

/**
 * Instants at which the load starts to rise, ascending: the first corner of every rising piece, every upward jump, and the
 * first corner itself when it is above 0. A rise that continues a rise at the same instant counts once.
 */
export function riseStarts(curve: readonly CurveCorner[]): readonly number[] {
  const starts: number[] = [];
  const first = curve[0];
  if (first !== undefined && first.ratePerSecond > 0) starts.push(first.atSeconds);
  curve.forEach((end, index) => {
    const start = curve[index - 1];
    if (start === undefined || end.ratePerSecond <= start.ratePerSecond) return;
    if (starts.at(-1) !== start.atSeconds) starts.push(start.atSeconds);
  });
  return starts;
}

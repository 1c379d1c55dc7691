import type { MalformedListener } from "./reading/log-file";
import type { Malformed } from "./reading/record";

/** A line that could not be read. Its text is not told: it may be personal, and anybody with the log can look it up. */
export interface MalformedLine {
  readonly file: string;
  readonly line: number;
  readonly reason: Malformed;
}

/** Counts the lines that cannot be read, and keeps the first ones. */
export class MalformedLines {
  readonly first: MalformedLine[] = [];
  readonly byReason = new Map<Malformed, number>();
  total = 0;

  constructor(private readonly kept: number) {}

  readonly listener: MalformedListener = (file, line, reason) => {
    this.total += 1;
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1);
    if (this.first.length < this.kept) this.first.push({ file, line, reason });
  };
}

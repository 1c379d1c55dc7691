/** How a generator writes its samples; for k6 the value is the name for `--out`. */
export enum SampleOutput {
  /** perfbed's own, built into the k6 of generators/k6: one row a request. */
  Perfbed = "perfbed1",
  /** Any k6's: nine rows a request, and about a third more CPU for each. */
  Csv = "csv",
  /** What perfbed's recorders inside Locust, Gatling and JMeter write; see rows/columns.ts. */
  Rows = "rows",
}

/** The samples that one generator has written. */
export interface SampleFile {
  readonly path: string;
  readonly output: SampleOutput;
  /** True for a user's own script: k6's failed checks are told by virtual user and iteration. */
  readonly native: boolean;
}

/** What a generator's rows do not say of themselves. */
export interface SampleContext {
  readonly campaign: string;
  readonly run: string;
  readonly side: string;
  readonly replicate: number;
  readonly generator: string;
  readonly scenario: string;
}

// What a benchmark reports: a row of the table.

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What is to be reached, and on which side of it the good values lie; undefined where the figure is for information. */
  readonly reach?: number;
  readonly better: "higher" | "lower";
  /** The figures behind the value. */
  readonly detail?: string;
}

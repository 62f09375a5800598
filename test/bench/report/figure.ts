/** What a figure must reach: by itself, or as its ratio to the reference. */
export type Goal =
  | { readonly of: 'value' | 'ratio'; readonly atLeast: number }
  | { readonly of: 'value' | 'ratio'; readonly atMost: number };

/** What was measured, once for each repetition. */
export interface Figure {
  readonly name: string;
  /** Empty for counts and ratios. */
  readonly unit: string;
  readonly parley: readonly number[];
  /** What it stands beside, measured in turn with it: the durable relay, or Parley in an easier case. */
  readonly reference?: { readonly name: string; readonly values: readonly number[] };
  readonly goal?: Goal;
}

/** The figures of one bench, and what its user should know beside them. */
export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** One line each: what was done, where the time goes. */
  readonly notes: readonly string[];
  /** More to be shown, as Markdown. */
  readonly details?: readonly string[];
  /** By name of the file, beside the document. */
  readonly pictures?: Readonly<Record<string, string>>;
}

/** The middle one; the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Median by median; null without a reference. */
export function ratioOf({ parley, reference }: Figure): number | null {
  return reference === undefined ? null : median(parley) / median(reference.values);
}

/** Whether the goal is met; null when there is none. */
export function meetsGoal(figure: Figure): boolean | null {
  const { goal, parley } = figure;
  if (goal === undefined) return null;
  const measured = goal.of === 'ratio' ? (ratioOf(figure) ?? Number.NaN) : median(parley);
  return 'atLeast' in goal ? measured >= goal.atLeast : measured <= goal.atMost;
}

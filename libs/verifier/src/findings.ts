/**
 * What is held against what. E: the log by itself. H: history. M: memberships. W: watermarks. I: entries of the inbox.
 */
export const checks = ['E', 'H', 'M', 'W', 'I'] as const;
export type Check = (typeof checks)[number];

export interface Difference {
  readonly check: Check;
  /** Conversation, or stream and revision. */
  readonly place: string;
  /** Whose row or which field. */
  readonly what: string;
  /** As the log has it, JSON; null: it should not be there. */
  readonly expected: string | null;
  /** As the row has it, JSON; null: there is none. */
  readonly found: string | null;
}

/** Counts everything, keeps the first differences. */
export class Findings {
  readonly compared: Record<Check, number> = { E: 0, H: 0, M: 0, W: 0, I: 0 };
  readonly different: Record<Check, number> = { E: 0, H: 0, M: 0, W: 0, I: 0 };
  readonly examples: Difference[] = [];

  constructor(private readonly keep: number) {}

  get isClean(): boolean {
    return checks.every((check) => this.different[check] === 0);
  }

  add(difference: Difference): void {
    this.different[difference.check]++;
    if (this.examples.length < this.keep) this.examples.push(difference);
  }

  /** One row, or one fact of it. What is undefined is not there. */
  compare(check: Check, place: string, what: string, expected: unknown, found: unknown): void {
    this.compared[check]++;
    const [due, is] = [canonical(expected), canonical(found)];
    if (due !== is) this.add({ check, place, what, expected: due, found: is });
  }

  /** Everything that another one has found, after what this one has. */
  take(other: Findings): void {
    for (const check of checks) {
      this.compared[check] += other.compared[check];
      this.different[check] += other.different[check];
    }
    this.examples.push(...other.examples.slice(0, this.keep - this.examples.length));
  }
}

/** JSON whose keys are in one order, so that equal values are equal texts. */
function canonical(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

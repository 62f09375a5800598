/**
 * What is held against what. E: the log by itself. H: history. M: memberships. W: watermarks. I: entries of the inbox.
 * S: message search. P: what devices that were away are told.
 */
export const checks = ['E', 'H', 'M', 'W', 'I', 'S', 'P'] as const;
/**
 * Ledgers of devices. A1: accepted is in the log and reached everybody. A2: nothing was received that was not sent. A3:
 * nothing twice. A4: in order. A5: watermarks only rise. A6: unread is exact. A7: devices end as the log says, so alike.
 * A9: nobody was shown what is not theirs to see.
 */
export const deviceChecks = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A9'] as const;
export type Check = (typeof checks)[number] | (typeof deviceChecks)[number];
const all: readonly Check[] = [...checks, ...deviceChecks];

const zeros = (): Record<Check, number> => Object.fromEntries(all.map((check) => [check, 0])) as Record<Check, number>;

export interface Difference {
  readonly check: Check;
  /** Conversation, stream and revision, or ledger and line. */
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
  readonly compared = zeros();
  readonly different = zeros();
  readonly examples: Difference[] = [];

  constructor(private readonly keep: number) {}

  get isClean(): boolean {
    return all.every((check) => this.different[check] === 0);
  }

  add(difference: Difference): void {
    this.different[difference.check]++;
    if (this.examples.length < this.keep) this.examples.push(difference);
  }

  /** One row, or one fact of it. What is undefined is not there. */
  compare(check: Check, place: string, what: string, expected: unknown, found: unknown): void {
    this.compared[check]++;
    if (!isSame(expected ?? null, found ?? null))
      this.add({ check, place, what, expected: canonical(expected), found: canonical(found) });
  }

  /** Of a fact that was looked at: it is as it must be, or is told. */
  expect(check: Check, holds: boolean, difference: () => Omit<Difference, 'check'>): void {
    this.compared[check]++;
    if (!holds) this.add({ check, ...difference() });
  }

  /** Everything that another one has found, after what this one has. */
  take(other: Findings): void {
    for (const check of all) {
      this.compared[check] += other.compared[check];
      this.different[check] += other.different[check];
    }
    this.examples.push(...other.examples.slice(0, this.keep - this.examples.length));
  }
}

/** As JSON: the order of keys says nothing, and what is undefined is not there. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isSame(item, other[index]));
  }
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key in left) if (!isSame(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
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

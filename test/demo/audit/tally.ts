/** Everything that is counted. All but the first two have to be 0. */
export interface Counts {
  /** Accepted lines of all logs. */
  messages: number;
  /** Messages that reached a device of somebody who was there: each device and message once. */
  deliveries: number;
  lost: number;
  duplicated: number;
  outOfOrder: number;
  unauthorised: number;
  history: number;
  inbox: number;
  search: number;
}

export type Fault = Exclude<keyof Counts, 'messages' | 'deliveries'>;

/** Faults that are described one by one; the rest is only counted. */
const mostExamples = 20;

export class Tally {
  readonly counts: Counts = {
    messages: 0,
    deliveries: 0,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    unauthorised: 0,
    history: 0,
    inbox: 0,
    search: 0,
  };
  readonly examples: string[] = [];

  /** @param describe only called for faults that are shown */
  fault(fault: Fault, count: number, describe: () => string): void {
    if (count === 0) return;
    this.counts[fault] += count;
    if (this.examples.length < mostExamples) this.examples.push(`${fault} (${count}): ${describe()}`);
  }

  get isClean(): boolean {
    const { messages: _messages, deliveries: _deliveries, ...faults } = this.counts;
    return Object.values(faults).every((count) => count === 0);
  }

  /** What a run ends with, word for word. */
  lastLine(): string {
    const { messages, deliveries, lost, duplicated, outOfOrder, unauthorised, history, inbox, search } = this.counts;
    const mismatches = history + inbox + search;
    return (
      `${messages} messages, ${deliveries} deliveries, ${lost} lost, ${duplicated} duplicated, ` +
      `${outOfOrder} out of order, ${unauthorised} unauthorised, ${mismatches} mismatches in history, inbox, search`
    );
  }
}

import { decodeEvent, parseStream, type RecordedEvent, UndecodableEvent } from '@parley/events';
import type { Findings } from '../findings.js';

/** Per stream: its last revision; of a conversation the last sequence too. */
interface Stream {
  revision: number;
  sequence: number;
}

/**
 * The log by itself: positions and revisions rise as they should, sequences of a conversation have no gaps, and every
 * event decodes. In memory are a few numbers for each stream, whatever was said in it. Events in position order.
 */
export class LogCheck {
  events = 0;
  readonly #streams = new Map<string, Stream>();
  #position = 0;

  constructor(private readonly findings: Findings) {}

  /** In the order of their first events. */
  *conversationIds(): Iterable<string> {
    for (const stream of this.#streams.keys()) {
      const parsed = parseStream(stream);
      if (parsed?.category === 'conversation') yield parsed.id;
    }
  }

  take(recorded: RecordedEvent): void {
    this.events++;
    this.findings.compared.E++;
    const { stream: name, revision, position } = recorded;
    if (position <= this.#position) this.#wrong(recorded, 'position', `above ${this.#position}`, position);
    this.#position = position;
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = { revision: -1, sequence: 0 };
      this.#streams.set(name, stream);
    }
    if (revision !== stream.revision + 1) this.#wrong(recorded, 'revision', stream.revision + 1, revision);
    stream.revision = revision;
    if (parseStream(name) === null) this.#wrong(recorded, 'stream', 'conversation-, receipts- or user-', name);
    try {
      const { event } = decodeEvent(recorded);
      if (event.type !== 'MessageSent.v1') return;
      const { sequence } = event.data;
      if (sequence !== stream.sequence + 1) this.#wrong(recorded, 'sequence', stream.sequence + 1, sequence);
      stream.sequence = sequence;
    } catch (error) {
      if (!(error instanceof UndecodableEvent)) throw error;
      this.#wrong(recorded, 'event', 'one that decodes', `${recorded.type}: ${error.reason}`);
    }
  }

  #wrong({ stream, revision }: RecordedEvent, what: string, expected: unknown, found: unknown): void {
    const place = `${stream}@${revision}`;
    this.findings.add({ check: 'E', place, what, expected: JSON.stringify(expected), found: JSON.stringify(found) });
  }
}

import type { RecordedEvent } from '@parley/events';
import type { EventBatch, EventSubscription, SubscribeOptions } from '@parley/ports';

/** A log in memory, with gaps between its positions, for tests of what follows a log. */
export class MemoryLog {
  readonly events: RecordedEvent[] = [];
  #news = Promise.withResolvers<void>();

  get lastPosition(): number {
    return this.events.at(-1)?.position ?? 0;
  }

  write(stream: string, gap = 1): RecordedEvent {
    const position = this.lastPosition + gap;
    const revision = this.events.filter((event) => event.stream === stream).length;
    const facts = { eventId: `e-${position}`, type: 'MessageSent.v1', data: '{}', metadata: '{}', time: 0 };
    const event = { ...facts, stream, revision, position };
    this.events.push(event);
    this.#news.resolve();
    return event;
  }

  after(position: number, limit = Infinity): readonly RecordedEvent[] {
    return this.events.filter((event) => event.position > position).slice(0, limit);
  }

  subscribe({ after, maxBatch = 1_024 }: SubscribeOptions): EventSubscription {
    const ending = new AbortController();
    const close = (): void => {
      ending.abort();
      this.#news.resolve();
    };
    return { close, [Symbol.asyncIterator]: () => this.#follow(after, maxBatch, ending.signal) };
  }

  async *#follow(after: number, maxBatch: number, end: AbortSignal): AsyncGenerator<EventBatch> {
    for (let position = after; !end.aborted;) {
      const events = this.after(position, maxBatch);
      position = events.at(-1)?.position ?? position;
      if (events.length > 0) yield { events, checkpoint: position, live: position === this.lastPosition };
      else await this.#wait();
    }
  }

  async #wait(): Promise<void> {
    this.#news = Promise.withResolvers();
    await this.#news.promise;
  }
}

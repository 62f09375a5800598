import type { Client } from '@elastic/elasticsearch';
import { setTimeout as sleep } from 'node:timers/promises';
import { asked, ElasticsearchFailure, isOverload } from '../engine/failure.js';
import { writeAlias } from '../generations/names.js';
import { type BulkItem, outcomeOf } from './bulk-outcome.js';
import type { DocumentWrite } from './fold-batch.js';

/** Documents, and characters, in one request. */
const maxDocuments = 1_000;
const maxLength = 4 * 1_048_576;
/** Requests of one batch under way at once: the engine works on one while the next is being made and sent. */
const atOnce = 2;
/** The engine gives up before, and says so. */
const requestTimeout = 30_000;

export interface BulkOptions {
  /** Of one document while the engine is overloaded; then it counts as an outage. */
  readonly maxAttempts: number;
  /** Before the second attempt, in milliseconds; doubled up to 32 times that for each one after it, with jitter. */
  readonly pauseMs: number;
}

const defaults: BulkOptions = { maxAttempts: 8, pauseMs: 50 };

interface Entry {
  readonly version: number;
  /** Action and document as sent. */
  readonly lines: string;
}

/** Writes documents in large requests and deals with each one's outcome by itself. */
export class BulkWriter {
  constructor(
    private readonly client: Client,
    private readonly options: BulkOptions = defaults,
  ) {}

  /**
   * Resolves once each document, or a newer one in its place, is durable in the index; answers those that it refuses,
   * by version, with the reason.
   * @throws ElasticsearchFailure: some of it may have been written; writing all of it again is right
   */
  async write(index: string, writes: readonly DocumentWrite[]): Promise<ReadonlyMap<number, string>> {
    const refused = new Map<number, string>();
    const requests = cut(writes);
    const work = async (): Promise<void> => {
      for (const request of requests) await this.#send(index, request, refused);
    };
    // Both take from the one generator; the first failure ends the call, the other ends with its request at hand.
    await Promise.all(Array.from({ length: atOnce }, work));
    return refused;
  }

  async #send(index: string, entries: readonly Entry[], refused: Map<number, string>): Promise<void> {
    let waiting = entries;
    for (let attempt = 1; ; attempt++) {
      waiting = await this.#attempt(index, waiting, refused);
      if (waiting.length === 0) return;
      if (attempt === this.options.maxAttempts) {
        throw new ElasticsearchFailure('bulk', 429, null, `${waiting.length} documents refused ${attempt} times over`);
      }
      await sleep(this.#pause(attempt));
    }
  }

  /** Answers those that are to be sent again. */
  async #attempt(index: string, entries: readonly Entry[], refused: Map<number, string>): Promise<readonly Entry[]> {
    const items = await this.#request(index, entries);
    if (items === 'overloaded') return entries;
    if (items.length !== entries.length) {
      throw new ElasticsearchFailure('bulk', 200, null, `${items.length} outcomes of ${entries.length} documents`);
    }
    const again: Entry[] = [];
    for (const [at, entry] of entries.entries()) {
      const outcome = outcomeOf(items[at] ?? { status: 0 });
      switch (outcome.kind) {
        case 'done':
          break;
        case 'again':
          again.push(entry);
          break;
        case 'refused':
          refused.set(entry.version, outcome.reason);
          break;
        case 'failed':
          throw new ElasticsearchFailure('bulk', items[at]?.status ?? null, null, outcome.reason);
      }
    }
    return again;
  }

  async #request(index: string, entries: readonly Entry[]): Promise<readonly BulkItem[] | 'overloaded'> {
    try {
      const answer = await asked(
        'bulk',
        this.client.bulk<string>(
          {
            index: writeAlias(index),
            require_alias: true,
            operations: entries.map((entry) => entry.lines),
            timeout: '20s',
            filter_path: ['items.*.status', 'items.*.error.type', 'items.*.error.reason'],
          },
          { requestTimeout },
        ),
      );
      return answer.items.flatMap((item) => Object.values(item) as BulkItem[]);
    } catch (error) {
      if (isOverload(error)) return 'overloaded';
      throw error;
    }
  }

  #pause(attempt: number): number {
    const most = this.options.pauseMs * 2 ** Math.min(attempt - 1, 5);
    return most * (0.5 + Math.random() / 2);
  }
}

/** Encodes documents as they are taken, so that only what is under way is in memory twice. */
function* cut(writes: readonly DocumentWrite[]): Generator<readonly Entry[]> {
  let entries: Entry[] = [];
  let length = 0;
  for (const write of writes) {
    const entry = encode(write);
    if (entries.length === maxDocuments || (entries.length > 0 && length + entry.lines.length > maxLength)) {
      yield entries;
      entries = [];
      length = 0;
    }
    entries.push(entry);
    length += entry.lines.length;
  }
  if (entries.length > 0) yield entries;
}

/** `external_gte`: written unless what is there is newer. */
function encode({ id, version, document }: DocumentWrite): Entry {
  const action = { index: { _id: id, routing: document.conversationId, version, version_type: 'external_gte' } };
  return { version, lines: `${JSON.stringify(action)}\n${JSON.stringify(document)}` };
}

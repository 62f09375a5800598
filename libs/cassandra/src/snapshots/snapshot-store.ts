import type { SnapshotStore } from '@parley/ports';
import { setTimeout as delay } from 'node:timers/promises';
import { type CassandraClient, insertAt } from '../client/index.js';

/** Streams whose snapshots wait to be written; the surplus is dropped, as a lost snapshot only costs time. */
const maxWaiting = 4_096;
/** Characters of the states that wait. */
const maxWaitingCharacters = 64 * 1024 * 1024;
/** A larger state does not fit a commit of the engine (half a segment of its log) and is not tried. */
const maxStateCharacters = 4 * 1024 * 1024;
const writers = 4;
const closeMs = 3_000;

const insert = insertAt('snapshots', ['stream', 'version', 'revision', 'state']);

interface Waiting {
  readonly stream: string;
  readonly version: number;
  readonly revision: number;
  readonly state: string;
}

/**
 * Snapshots in Cassandra, each written with its revision as timestamp, so that an older one never replaces a newer one,
 * whoever writes late. Saving never waits and never fails: of a stream's snapshots that wait only the newest is written.
 */
export class CassandraSnapshotStore implements SnapshotStore {
  readonly #waiting = new Map<string, Waiting>();
  #characters = 0;
  #failures = 0;
  #closed = false;
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly client: CassandraClient) {}

  async load(stream: string, version: number): Promise<{ readonly revision: number; readonly state: string } | null> {
    try {
      return await this.client.readOne<{ revision: number; state: string }>(
        'SELECT revision, state FROM snapshots WHERE stream = ? AND version = ?',
        [stream, version],
      );
    } catch {
      // The stream itself tells the same, only more slowly.
      return null;
    }
  }

  save(stream: string, version: number, revision: number, state: string): void {
    if (this.#closed || state.length > maxStateCharacters) return;
    const key = `${version}:${stream}`;
    const before = this.#waiting.get(key);
    if (before !== undefined && before.revision >= revision) return;
    const characters = this.#characters + state.length - (before?.state.length ?? 0);
    if (characters > maxWaitingCharacters || (before === undefined && this.#waiting.size >= maxWaiting)) return;
    this.#waiting.set(key, { stream, version, revision, state });
    this.#characters = characters;
    this.#start();
  }

  /** Writes what waits, for at most 3 s. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.race([this.#drained(), delay(closeMs, undefined, { ref: false })]);
    this.#waiting.clear();
    this.#characters = 0;
  }

  async #drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(): void {
    if (this.#running.size >= writers) return;
    const running = this.#writeAll().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#take(); next !== null; next = this.#take()) {
      const { stream, version, revision, state } = next;
      try {
        // Revisions begin at 0, timestamps here at 1.
        await this.client.write(insert(revision + 1, stream, version, revision, state));
        this.#failures = 0;
      } catch (error) {
        if (this.#failures++ === 0) {
          this.client.logger.warn(
            { reason: error instanceof Error ? error.message : error },
            'snapshots are being lost',
          );
        }
      }
    }
  }

  #take(): Waiting | null {
    const [entry] = this.#waiting;
    if (entry === undefined) return null;
    const [key, waiting] = entry;
    this.#waiting.delete(key);
    this.#characters -= waiting.state.length;
    return waiting;
  }
}

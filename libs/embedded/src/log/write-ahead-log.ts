import { closeSync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { logPath } from './log-file.js';

/** Zeros laid out ahead: overwriting them needs no new disk blocks, which halves what a lone commit costs. */
const laidOut = 16 * 1_048_576;
const chunk = 1_048_576;
/** Frames (pages of 4 KiB) after which a checkpoint is asked for. */
const askAbove = 4_096;
/** Frames that the writer itself may still copy to finish a checkpoint: about a millisecond. */
const finishBelow = 1_024;
/** From here on the writer checkpoints by itself, at the price of a pause: the file stays bounded. */
const insistAbove = 65_536;

interface WalState {
  readonly frames: number;
  readonly waiting: number;
}

/**
 * Keeps the write-ahead log short and in place without holding commits up. The keeper's thread copies pages to the
 * database while commits go on; the writer only copies the small rest, after which SQLite starts the file over.
 */
export class WriteAheadLog {
  readonly #look: StatementSync;
  readonly #checkpoint: StatementSync;
  readonly #file: string;
  #asked = false;
  #sinceLook = 0;
  #laidOut = false;

  constructor(
    db: DatabaseSync,
    folder: string,
    private readonly askKeeper: () => void,
  ) {
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#file = `${logPath(folder)}-wal`;
  }

  /** After each commit of so many appends. */
  committed(appends: number): void {
    this.#sinceLook += appends + 8;
    if (this.#sinceLook < 256) return;
    this.#sinceLook = 0;
    const { frames } = this.#state();
    if (frames > insistAbove) this.#checkpoint.get();
    else if (frames > askAbove && !this.#asked) {
      this.#asked = true;
      this.askKeeper();
    }
  }

  /** The keeper has copied what it could. */
  checkpointed(): void {
    this.#asked = false;
    const { waiting } = this.#state();
    if (waiting > 0 && waiting <= finishBelow) this.#checkpoint.get();
  }

  /**
   * Lays out one more chunk; false: all is laid out. Only between transactions of the only writer: the end of the file
   * is then beyond every frame. What SQLite finds behind its last frame it ignores, as after any checkpoint.
   */
  layOut(): boolean {
    if (this.#laidOut) return false;
    this.#laidOut = true;
    try {
      const file = openSync(this.#file, 'r+');
      const { size } = fstatSync(file);
      if (size < laidOut) {
        writeSync(file, Buffer.alloc(chunk), 0, chunk, size);
        fdatasyncSync(file);
        this.#laidOut = size + chunk >= laidOut;
      }
      closeSync(file);
    } catch {
      // Only speed was at stake; a full disk is reported by the next commit.
    }
    return !this.#laidOut;
  }

  #state(): WalState {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return { frames: log, waiting: log - checkpointed };
  }
}

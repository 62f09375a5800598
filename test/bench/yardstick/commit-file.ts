import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';

/**
 * A file of lines with group commit: one write and one fdatasync for all lines that wait, and while the disk works
 * the next batch gathers. `committed` gets each batch once it is on disk, in the order of `add`, with the next batch
 * already on its way to the disk. A failed write or sync is thrown and ends the process: nothing after it is accepted.
 */
export class CommitFile<Item> {
  readonly #file: number;
  readonly #lineOf: (item: Item) => string;
  readonly #committed: (batch: readonly Item[]) => void;
  #waiting: Item[] = [];
  #busy = false;

  constructor(path: string, lineOf: (item: Item) => string, committed: (batch: readonly Item[]) => void) {
    this.#file = openSync(path, 'a');
    this.#lineOf = lineOf;
    this.#committed = committed;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    if (this.#busy) return;
    this.#busy = true;
    // After the other sockets that are readable in this turn of the loop, so that they share the first commit.
    setImmediate(() => this.#commitNext());
  }

  close(): void {
    closeSync(this.#file);
  }

  #commitNext(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    writeFully(this.#file, Buffer.from(batch.map(this.#lineOf).join('\n') + '\n'));
    fdatasync(this.#file, (error) => {
      if (error) throw error;
      if (this.#waiting.length > 0) this.#commitNext();
      else this.#busy = false;
      this.#committed(batch);
    });
  }
}

function writeFully(file: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

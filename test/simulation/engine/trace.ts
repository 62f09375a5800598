import { createHash } from 'node:crypto';

const gatheredCharacters = 65_536;

/** Everything that happened, as one hash: two runs that differ anywhere differ here. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #listener: ((line: string) => void) | null;
  #gathered = '';
  #lines = 0;

  constructor(listener: ((line: string) => void) | null = null) {
    this.#listener = listener;
  }

  get lines(): number {
    return this.#lines;
  }

  note(line: string): void {
    this.#lines++;
    this.#listener?.(line);
    this.#gathered += `${line}\n`;
    if (this.#gathered.length < gatheredCharacters) return;
    this.#hash.update(this.#gathered);
    this.#gathered = '';
  }

  /** Once, at the end. */
  digest(): string {
    return this.#hash.update(this.#gathered).digest('hex').slice(0, 16);
  }
}

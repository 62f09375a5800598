import { ReadModelUnavailable, type ProjectionName } from '@parley/ports';
import { projectionFile } from '../files/projection-file.js';
import { readRegistry, type Registry } from '../files/registry.js';
import { ReadConnection } from './read-connection.js';

/**
 * The projections' files as readers see them, and how far they may look: rows beyond the safe position may be there
 * already in one projection and not yet in another, so readers leave them out.
 */
export class ReadFiles {
  #connection: ReadConnection | null = null;
  #registry: Registry | null = null;
  #failed: ReadonlySet<ProjectionName> = new Set();

  constructor(
    private readonly folder: string,
    /** Everything up to here is in all of them. */
    readonly safePosition: () => number,
  ) {}

  /** @throws ReadModelUnavailable when one of them is being repaired. */
  open(...needed: ProjectionName[]): ReadConnection {
    for (const name of needed) if (this.#failed.has(name)) throw new ReadModelUnavailable(`${name} is being repaired`);
    this.#registry ??= readRegistry(this.folder);
    this.#connection ??= new ReadConnection(this.folder, this.#registry);
    return this.#connection;
  }

  /** The file that serves; null while there is none or it is being repaired. */
  path(name: ProjectionName): string | null {
    if (this.#failed.has(name)) return null;
    this.#registry ??= readRegistry(this.folder);
    const serving = this.#registry[name];
    return serving === undefined ? null : projectionFile(this.folder, name, serving.generation);
  }

  /** Another generation serves now: the next call reads that one. */
  reopen(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#registry = null;
  }

  /** For whom nobody tells of a switch: looks whether other generations serve now. */
  renew(): void {
    const registry = readRegistry(this.folder);
    if (this.#registry !== null && JSON.stringify(registry) !== JSON.stringify(this.#registry)) this.reopen();
  }

  setFailed(failed: ReadonlySet<ProjectionName>): void {
    this.#failed = failed;
  }

  close(): void {
    this.reopen();
  }
}

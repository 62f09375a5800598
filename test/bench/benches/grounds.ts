import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestServer } from '../../kit/server.js';
import { startParley } from '../measure/parley-server.js';
import { gatherCrowd, type Crowd } from '../prefill/crowd.js';
import { prepareLongLog, type LongLog } from '../prefill/long-log.js';
import type { ServerSource } from '../prefill/server-source.js';

interface GroundsOptions {
  /** On the disk that is to be measured. */
  readonly directory: string;
  /** Messages of the long conversation. */
  readonly events: number;
  /** Folder that every Parley server leaves a CPU profile of each thread in; null: none. */
  readonly profiles: string | null;
}

/** Folders, servers and prepared data of one run. What several benches use is made once, when the first asks. */
export class Grounds implements ServerSource {
  readonly #root: string;
  readonly #nodeFlags: readonly string[];
  readonly #running = new Set<TestServer>();
  #folders = 0;
  #crowd: Promise<Crowd> | null = null;
  #longLog: Promise<LongLog> | null = null;

  constructor(
    private readonly options: GroundsOptions,
    private readonly say: (text: string) => void,
  ) {
    const { directory, profiles } = options;
    this.#root = mkdtempSync(join(directory, 'parley-bench-'));
    process.once('exit', this.#removeFolders);
    this.#nodeFlags = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  }

  newFolder(): string {
    return mkdtempSync(join(this.#root, `${++this.#folders}-`));
  }

  newParley(): Promise<TestServer> {
    return this.parleyOn(this.newFolder());
  }

  async parleyOn(dataDir: string, nodeFlags: readonly string[] = []): Promise<TestServer> {
    const server = await startParley(dataDir, [...this.#nodeFlags, ...nodeFlags]);
    this.#running.add(server);
    return server;
  }

  /** Many people on a server that does not run now. */
  crowd(): Promise<Crowd> {
    this.#crowd ??= gatherCrowd(this, this.say);
    return this.#crowd;
  }

  /** A long log under a server that runs and has caught up. */
  longLog(): Promise<LongLog> {
    this.#longLog ??= prepareLongLog(this, this.options.events, this.say);
    return this.#longLog;
  }

  /** Ends what still runs and removes every folder. */
  async leave(): Promise<void> {
    for (const server of this.#running) await server.kill();
    process.off('exit', this.#removeFolders);
    this.#removeFolders();
  }

  readonly #removeFolders = (): void => rmSync(this.#root, { recursive: true, force: true });
}

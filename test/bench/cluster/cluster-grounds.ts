import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Load, LoadResult } from '../measure/load.js';
import { runLoad } from '../measure/run-load.js';
import { sound } from '../benches/compared-loads.js';
import { BenchCluster, type BenchClusterOptions } from './bench-cluster.js';

interface ClusterGroundsOptions {
  readonly directory: string;
  readonly processes: number;
}

/** Clusters of one run. The loads share one, which is started when the first of them asks. */
export class ClusterGrounds {
  readonly #root: string;
  readonly #running = new Set<BenchCluster>();
  #shared: Promise<BenchCluster> | null = null;
  #folders = 0;

  constructor(
    private readonly options: ClusterGroundsOptions,
    private readonly say: (text: string) => void,
  ) {
    this.#root = mkdtempSync(join(options.directory, 'parley-bench-'));
    process.once('exit', this.#removeFolders);
  }

  /** One for all loads. */
  shared(): Promise<BenchCluster> {
    this.#shared ??= this.start();
    return this.#shared;
  }

  async start(more: Pick<BenchClusterOptions, 'settings' | 'prefill'> = {}): Promise<BenchCluster> {
    const { processes } = this.options;
    this.say(`starting ${processes} command-apis, ${processes} projectors and ${processes} gateways`);
    const directory = mkdtempSync(join(this.#root, `${++this.#folders}-`));
    const cluster = await BenchCluster.start({ directory, processes, ...more });
    this.#running.add(cluster);
    return cluster;
  }

  /** Ends one before the run is over: the machine is small. */
  async end(cluster: BenchCluster): Promise<void> {
    this.#running.delete(cluster);
    await cluster.leave();
  }

  /** Ends what still runs and removes every folder. */
  async leave(): Promise<void> {
    for (const cluster of this.#running) await cluster.leave();
    process.off('exit', this.#removeFolders);
    this.#removeFolders();
  }

  readonly #removeFolders = (): void => rmSync(this.#root, { recursive: true, force: true });
}

/** @throws Error when a message was refused, lost, doubled or out of order */
export async function loadOn(cluster: BenchCluster, load: Load): Promise<LoadResult> {
  const [url, ...others] = cluster.urls;
  const result = await runLoad({
    targetModule: new URL('../measure/parley-target.js', import.meta.url).href,
    targetOptions: { url, others, operatedAt: cluster.operatedAt, run: `load${load.scene.kind}` },
    load,
    watchPids: cluster.watched.map(({ pid }) => pid),
  });
  return sound('Parley', result);
}

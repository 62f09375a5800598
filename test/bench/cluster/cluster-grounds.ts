import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Load, LoadResult } from '../measure/load.js';
import { runLoad } from '../measure/run-load.js';
import { sound } from '../benches/compared-loads.js';
import { BenchCluster, type BenchClusterOptions } from './bench-cluster.js';

interface ClusterGroundsOptions {
  readonly directory: string;
  readonly processes: number;
  /** Of the engines, before anything is measured. */
  readonly engineWarmUpSeconds: number;
}

/** Of processes that were just started, on engines that are warm. */
const processWarmUpSeconds = 5;
const warmUpLoad: Omit<Load, 'seconds'> = {
  scene: { kind: 'pairs', pairs: 50 },
  pace: { kind: 'closed', inFlight: 1 },
  warmUpSeconds: 0,
  textBytes: 100,
};

/** Clusters of one run. The loads share one, which is started when the first of them asks. */
export class ClusterGrounds {
  readonly #root: string;
  readonly #running = new Set<BenchCluster>();
  #shared: Promise<BenchCluster> | null = null;
  #folders = 0;
  #enginesAreWarm = false;

  constructor(
    private readonly options: ClusterGroundsOptions,
    private readonly say: (text: string) => void,
  ) {
    this.#root = mkdtempSync(join(options.directory, 'parley-bench-'));
    process.once('exit', this.#removeFolders);
  }

  /** One for all loads. */
  shared(): Promise<BenchCluster> {
    this.#shared ??= this.startWarm();
    return this.#shared;
  }

  /** Engines compile what they run often; what they answer until then is the time of their compilers. */
  async startWarm(more: Pick<BenchClusterOptions, 'settings'> = {}): Promise<BenchCluster> {
    const cluster = await this.start(more);
    const seconds = this.#enginesAreWarm ? processWarmUpSeconds : this.options.engineWarmUpSeconds;
    this.say(`warming up for ${seconds} s`);
    await loadOn(cluster, { ...warmUpLoad, seconds });
    this.#enginesAreWarm = true;
    return cluster;
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

/**
 * What is refused with the word to come again is a figure here, not a failure: it happens where more is sent than the
 * machine takes. It may have been written all the same.
 * @throws Error when a message was lost, doubled or out of order
 */
export async function loadOn(cluster: BenchCluster, load: Load): Promise<LoadResult> {
  const [url, ...others] = cluster.urls;
  const result = await runLoad({
    targetModule: new URL('../measure/parley-target.js', import.meta.url).href,
    targetOptions: { url, others, operatedAt: cluster.operatedAt, run: `load${load.scene.kind}` },
    load,
    watchPids: cluster.watched.map(({ pid }) => pid),
  });
  const receivers = load.scene.kind === 'pairs' ? 1 : load.scene.members - 1;
  const extra = -result.missing;
  const explained = extra >= 0 && extra <= refusedOf(result) * receivers;
  return explained
    ? { ...sound('Parley', { ...result, missing: 0, refused: {} }), refused: result.refused }
    : sound('Parley', result);
}

export const refusedOf = ({ refused }: Pick<LoadResult, 'refused'>): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

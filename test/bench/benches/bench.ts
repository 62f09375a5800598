import type { BenchResult } from '../report/figure.js';
import type { Grounds } from './grounds.js';

/** How much to measure. */
interface BenchSettings {
  /** Length of a measured window. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly repetitions: number;
}

export interface BenchContext {
  readonly settings: BenchSettings;
  /** Where servers and data are had from. */
  readonly grounds: Grounds;
  /** Tells what is going on. */
  say(text: string): void;
}

export interface Bench {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** @throws Error when anything was lost, came twice or out of order, or could not be measured */
  run(context: BenchContext): Promise<Omit<BenchResult, 'name' | 'title'>>;
}

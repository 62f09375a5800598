import type { BenchResult } from '../report/figure.js';
import type { Grounds } from './grounds.js';

/** How much to measure. */
interface BenchSettings {
  /** Length of a measured window. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly repetitions: number;
  /** Messages of a prefilled log. */
  readonly events: number;
}

export interface BenchContext<Place = Grounds> {
  readonly settings: BenchSettings;
  /** Where servers and data are had from. */
  readonly grounds: Place;
  /** Tells what is going on. */
  say(text: string): void;
}

/** `Place`: what it is measured on. */
export interface Bench<Place = Grounds> {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** @throws Error when anything was lost, came twice or out of order, or could not be measured */
  run(context: BenchContext<Place>): Promise<Omit<BenchResult, 'name' | 'title'>>;
}

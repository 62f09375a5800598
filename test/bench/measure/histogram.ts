/** Buckets for each power of two: a recorded value is off by less than 1 in 128. */
const SUB_BITS = 7;
const SUB_BUCKETS = 2 ** SUB_BITS;
/** Up to 2^40 µs, 12 days: larger values count as this. */
const HIGHEST = 2 ** 40 - 1;

/** Figures of a histogram, in the unit that was recorded (here microseconds). All 0 when nothing was. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Counts of whole numbers from 0 in buckets that grow with the value, after HdrHistogram. */
export class Histogram {
  readonly #counts = new Float64Array((40 - SUB_BITS + 1) * SUB_BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Fractions are cut off; values below 0 count as 0. */
  record(value: number): void {
    const whole = Math.min(HIGHEST, Math.max(0, Math.floor(value)));
    const index = bucketOf(whole);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#sum += whole;
    if (whole > this.#max) this.#max = whole;
  }

  /** The value that `percent` (0 to 100) of the recorded ones do not exceed: the upper end of its bucket. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#count));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(this.#max, upperEnd(index));
    }
    return this.#max;
  }

  summary(): Summary {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.#max,
    };
  }
}

/** Values below 2^SUB_BITS have a bucket each; above, the leading bits after the first choose one of its power. */
function bucketOf(value: number): number {
  if (value < SUB_BUCKETS) return value;
  const power = Math.floor(Math.log2(value));
  const width = 2 ** (power - SUB_BITS);
  return (power - SUB_BITS + 1) * SUB_BUCKETS + Math.floor(value / width) - SUB_BUCKETS;
}

function upperEnd(index: number): number {
  if (index < SUB_BUCKETS) return index;
  const power = Math.floor(index / SUB_BUCKETS) - 1 + SUB_BITS;
  const width = 2 ** (power - SUB_BITS);
  return (SUB_BUCKETS + (index % SUB_BUCKETS) + 1) * width - 1;
}

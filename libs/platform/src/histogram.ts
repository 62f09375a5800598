/** Counts one set of label values: an observation costs a search among a few bounds and three additions. */
export interface BoundHistogram {
  observe(value: number): void;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds, rising; `+Inf` is added. */
  readonly buckets: readonly number[];
}

type Labels = Readonly<Record<string, string>>;

/** A line of the exposition, as prom-client's registry takes it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A Prometheus histogram for prom-client's registry. Its own one sorts and joins the labels at each observation, also of
 * a bound child, which costs a microsecond: as much as deciding about a message.
 */
export class Histogram {
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  readonly #options: HistogramOptions;
  readonly #children = new Map<string, Child>();

  constructor(options: HistogramOptions) {
    this.name = options.name;
    this.help = options.help;
    this.#options = options;
    if (options.labelNames.length === 0) this.labels({});
  }

  /** Values for all label names. To be kept by the caller: finding it again is what costs. @throws RangeError */
  labels(labels: Labels): BoundHistogram {
    const { name, labelNames, buckets } = this.#options;
    if (Object.keys(labels).length !== labelNames.length || labelNames.some((label) => labels[label] === undefined)) {
      throw new RangeError(`${name} has the labels ${labelNames.join(', ')}`);
    }
    const key = JSON.stringify(labelNames.map((label) => labels[label]));
    let child = this.#children.get(key);
    if (child === undefined) this.#children.set(key, (child = new Child(labels, buckets)));
    return child;
  }

  observe(value: number, labels: Labels = {}): void {
    this.labels(labels).observe(value);
  }

  /** For the registry. */
  get(): { name: string; help: string; type: string; aggregator: string; values: readonly Sample[] } {
    const { name, help, type, aggregator } = this;
    return {
      name,
      help,
      type,
      aggregator,
      values: [...this.#children.values()].flatMap((child) => child.samples(name)),
    };
  }

  /** For the registry. */
  reset(): void {
    this.#children.clear();
    if (this.#options.labelNames.length === 0) this.labels({});
  }
}

class Child implements BoundHistogram {
  /** Observations that fell into each bucket alone; the last one takes what is above all bounds. */
  readonly #counts: number[];
  #sum = 0;

  constructor(
    private readonly labels: Labels,
    private readonly bounds: readonly number[],
  ) {
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  samples(name: string): Sample[] {
    const { labels, bounds } = this;
    let count = 0;
    const buckets = this.#counts.map((own, bucket) => {
      count += own;
      return { metricName: `${name}_bucket`, labels: { le: bounds[bucket] ?? '+Inf', ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

import { collectDefaultMetrics, Counter, Gauge, type Metric, Registry } from 'prom-client';
import { Histogram } from './histogram.js';

/** Seconds, from a tenth of a millisecond to ten seconds. */
const durationBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * Prometheus metrics (`parley_…`, base units). Never labels with users or conversations: their number is not bounded.
 * Asking twice for a name gives the same metric.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /**
   * `collect` is asked at each scrape. Where it fails, or takes longer than a second, the gauge's series are left out: what
   * is away must not hide all the rest just then.
   */
  gauge(
    name: string,
    help: string,
    labels?: readonly string[],
    collect?: (gauge: Gauge) => void | Promise<void>,
  ): Gauge;
  /** In seconds unless `buckets` says otherwise. */
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Text exposition format 0.0.4. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as unknown as M | undefined) ?? make();
  const registers = [registry];
  return {
    counter: (name, help, labels = []) =>
      once(name, () => new Counter({ name, help, labelNames: [...labels], registers })),
    gauge: (name, help, labels = [], collect) =>
      once(
        name,
        () =>
          new Gauge({
            name,
            help,
            labelNames: [...labels],
            registers,
            ...(collect === undefined
              ? {}
              : {
                  collect() {
                    return collected(this, collect);
                  },
                }),
          }),
      ),
    histogram: (name, help, labels = [], buckets = durationBuckets) =>
      once(name, () => {
        const histogram = new Histogram({ name, help, labelNames: labels, buckets });
        registry.registerMetric(histogram as unknown as Metric);
        return histogram;
      }),
    text: () => registry.metrics(),
  };
}

const collectMs = 1_000;

async function collected(gauge: Gauge, collect: (gauge: Gauge) => void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), collectMs);
  });
  try {
    await Promise.race([collect(gauge), late]);
  } catch {
    gauge.reset();
  } finally {
    clearTimeout(timer);
  }
}

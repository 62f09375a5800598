import type { Metrics } from '@parley/platform';
import type { DeliveryBatch } from '@parley/ports';
import type { ClientFrame } from '@parley/protocol';

/** Messages of this process whose push is awaited, for the latency; beyond it some are not measured. */
const awaitedAtMost = 8_192;

/** What the gateway measures. Counters are bound once: a frame costs an addition. */
export class GatewayMetrics {
  readonly #received: (type: string) => { inc(): void };
  readonly #sent: { inc(by: number): void };
  readonly #deliveries: { inc(by: number): void };
  readonly #pages: (kind: string) => void;
  readonly #closed: (reason: string) => void;
  readonly #done: (frame: string) => { observe(seconds: number): void };
  readonly #failed: (frame: string) => { observe(seconds: number): void };
  readonly #pushed: { observe(seconds: number): void };
  readonly #awaited: { readonly position: number; readonly at: number }[] = [];

  constructor(metrics: Metrics) {
    const received = metrics.counter('parley_frames_received_total', 'Frames of clients by type.', ['type']);
    this.#received = boundOnce((type) => received.labels({ type }));
    this.#sent = metrics.counter('parley_frames_sent_total', 'Frames handed to sockets.');
    this.#deliveries = metrics.counter('parley_deliveries_total', 'Changes that came for distribution.');
    const pages = metrics.counter('parley_sync_pages_total', 'Pages of replays by kind.', ['kind']);
    this.#pages = (kind) => pages.labels({ kind }).inc();
    const closed = metrics.counter('parley_sockets_closed_total', 'Sockets closed by close code.', ['code']);
    this.#closed = (code) => closed.labels({ code }).inc();
    const commands = metrics.histogram('parley_frame_command_seconds', 'From a frame to its durable answer.', [
      'frame',
      'outcome',
    ]);
    this.#done = boundOnce((frame) => commands.labels({ frame, outcome: 'done' }));
    this.#failed = boundOnce((frame) => commands.labels({ frame, outcome: 'failed' }));
    this.#pushed = metrics.histogram('parley_push_seconds', 'From accepted to pushed, of messages accepted here.');
  }

  frameReceived(type: ClientFrame['type']): void {
    this.#received(type).inc();
  }

  framesSent(frames: number): void {
    this.#sent.inc(frames);
  }

  commandDone(frame: string, startedAt: number): void {
    this.#done(frame).observe(secondsSince(startedAt));
  }

  commandFailed(frame: string, startedAt: number): void {
    this.#failed(frame).observe(secondsSince(startedAt));
  }

  /** This message is durable; its push is awaited. Positions may come slightly out of order. */
  accepted(position: number): void {
    if (this.#awaited.length < awaitedAtMost) this.#awaited.push({ position, at: performance.now() });
  }

  onBatch(batch: DeliveryBatch): void {
    if (batch.deliveries.length > 0) this.#deliveries.inc(batch.deliveries.length);
    const awaited = this.#awaited;
    let through = 0;
    while (through < awaited.length && (awaited[through]?.position ?? Infinity) <= batch.position) {
      this.#pushed.observe(secondsSince(awaited[through]?.at ?? 0));
      through++;
    }
    if (through > 0) awaited.splice(0, through);
  }

  page(kind: 'snapshot' | 'changes'): void {
    this.#pages(kind);
  }

  closed(code: number): void {
    this.#closed(String(code));
  }
}

/** Looking a labelled metric up costs more than counting with it. */
function boundOnce<Bound>(bind: (label: string) => Bound): (label: string) => Bound {
  const bound = new Map<string, Bound>();
  return (label) => {
    let found = bound.get(label);
    if (found === undefined) bound.set(label, (found = bind(label)));
    return found;
  };
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

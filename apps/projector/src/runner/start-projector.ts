import type {
  EventSubscription,
  HistoryOperation,
  LaneStatus,
  Projection,
  ProjectionName,
  Projector,
  ProjectorHost,
} from '@parley/ports';
import { type Span, spanning, traceparentOf, tracer } from '@parley/platform/tracing';
import { setTimeout as pause } from 'node:timers/promises';
import { composeDeliveries } from '../delivery/compose.js';
import { cutAtDepartures } from '../delivery/cut.js';
import { decodeBatch, type DecodedBatch } from './decoded-batch.js';
import { Lane } from './lane.js';

/**
 * Without these nothing is delivered, and no cursor passes what they do not have: what was pushed can be read, and what is
 * read is judged by membership.
 */
const core: readonly ProjectionName[] = ['history', 'inbox', 'membership', 'watermarks', 'people'];

const isCore = (lane: Lane): boolean => core.includes(lane.name);

const maxBatch = 1_024;
/** Milliseconds until a failed store is tried again; doubled each time up to the second. */
const retryAfter = [250, 15_000] as const;
/** While catching up nobody is told more often than this, in milliseconds. */
const catchUpNews = 250;

/**
 * Takes every event of the log through all projections, batch by batch, then delivers what changed. A projection whose
 * store fails drops out, is opened again and catches up by itself while the others go on.
 */
export async function startProjector(projections: readonly Projection[], host: ProjectorHost): Promise<Projector> {
  const running = new RunningProjector(projections, host);
  await running.start();
  return running;
}

class RunningProjector implements Projector {
  readonly #lanes: readonly Lane[];
  /** Deliveries are made of all of the core; the part of a projector that has less only projects. */
  readonly #delivers: boolean;
  readonly #inStep = new Set<Lane>();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  readonly #recoveries = new Set<Promise<void>>();
  /** End of the last batch that was begun. */
  #position = 0;
  #projecting = false;
  #live = false;
  #published = -1;
  #lastNews = 0;
  #loop: Promise<void> = Promise.resolve();
  #subscription: EventSubscription | null = null;

  constructor(
    projections: readonly Projection[],
    private readonly host: ProjectorHost,
  ) {
    this.#lanes = projections.map((projection) => new Lane(projection, host.log, () => host.openStore(projection)));
    this.#delivers = core.every((name) => projections.some((projection) => projection.name === name));
  }

  async start(): Promise<void> {
    for (const lane of this.#lanes) {
      try {
        await lane.open();
        this.#inStep.add(lane);
      } catch (error) {
        this.#dropOut(lane, error);
      }
    }
    const positions = [...this.#inStep].map((lane) => lane.position);
    this.#position = positions.length === 0 ? (await this.host.log.info()).lastPosition : Math.min(...positions);
    this.#subscription = this.host.log.subscribe({ after: this.#position, maxBatch });
    await this.#noNewsIsLive();
    this.#loop = this.#run(this.#subscription);
  }

  status(): readonly LaneStatus[] {
    return this.#lanes.map((lane) => lane.status(this.#live));
  }

  safePosition(): number {
    const lanes = this.#delivers ? this.#lanes.filter(isCore) : this.#lanes;
    return Math.min(...lanes.map((lane) => lane.position));
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    return this.#lane(name).retryParked(position);
  }

  async switchStore(name: ProjectionName, onSwitched: () => void): Promise<void> {
    await this.#lane(name).switchStore(onSwitched);
  }

  saveCheckpoint(name: ProjectionName): Promise<number> {
    return this.#lane(name).saveCheckpoint();
  }

  caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#subscription?.close();
    await this.#loop;
    await Promise.all(this.#recoveries);
    for (const lane of this.#lanes) await lane.close();
  }

  async #run(subscription: EventSubscription): Promise<void> {
    for await (const { events, checkpoint, live } of subscription) {
      for (const part of cutAtDepartures(decodeBatch(events, checkpoint))) await this.#traced(part);
      if (live && !this.#live) {
        this.#becomeLive();
        // What was caught up with carried no deliveries.
        if (this.#coreInStep()) await this.#publishGap(this.#position);
      }
      if (this.#stopping.signal.aborted) return;
    }
  }

  /** An empty log, or one that is projected to its end, gives no batch to become live by. */
  async #noNewsIsLive(): Promise<void> {
    const { lastPosition } = await this.host.log.info();
    if (lastPosition <= this.#position) this.#becomeLive();
  }

  #becomeLive(): void {
    if (this.#live) return;
    this.#live = true;
    this.host.onApplied(this.#position);
    this.#caughtUp.resolve();
    this.host.onStatus(this.status());
  }

  #traced(batch: DecodedBatch): Promise<void> {
    const span = tracer?.beginBatch(
      'project all',
      batch.events.map(({ recorded }) => traceparentOf(recorded)),
      { kind: 'consumer', attributes: { 'messaging.batch.message_count': batch.events.length } },
    );
    return spanning(span, this.#project(batch, span ?? null));
  }

  async #project(batch: DecodedBatch, span: Span | null): Promise<void> {
    const before = this.#position;
    this.#position = batch.checkpoint;
    this.#projecting = true;
    const complete = this.#coreInStep();
    const inStep = [...this.#inStep];
    const applying = span === null ? null : tracer?.begin('apply', span.traceparent);
    const applied = await spanning(applying, this.#applyTo(inStep.filter(isCore), batch));
    this.#projecting = false;
    if (complete && applied !== null) await this.#deliver(batch, before, applied, span);
    else if (this.#coreInStep()) await this.#publishGap(batch.checkpoint);
    // Nobody waits at a socket for these.
    await this.#applyTo(
      inStep.filter((lane) => !isCore(lane)),
      batch,
    );
    this.host.onApplied(batch.checkpoint);
  }

  /** Answers what history did, or null when one of them failed. */
  async #applyTo(lanes: readonly Lane[], batch: DecodedBatch): Promise<readonly HistoryOperation[] | null> {
    let history: readonly HistoryOperation[] = [];
    let failed = false;
    await Promise.all(
      lanes.map(async (lane) => {
        try {
          const { operations } = await lane.apply(batch);
          if (lane.name === 'history') history = operations as readonly HistoryOperation[];
        } catch (error) {
          failed = true;
          this.#dropOut(lane, error);
        }
      }),
    );
    return failed ? null : history;
  }

  /**
   * Whoever missed a batch sees it by `previous`, which is then not the position they know: after a failure and while
   * catching up the batch says so instead of carrying deliveries.
   */
  async #deliver(
    batch: DecodedBatch,
    previous: number,
    history: readonly HistoryOperation[],
    span: Span | null,
  ): Promise<void> {
    const position = batch.checkpoint;
    if (!this.#live) {
      await this.#newsOfCatchingUp(position);
      return;
    }
    if (!this.#delivers) {
      await this.#publishGap(position);
      return;
    }
    try {
      const begin = (name: 'compose' | 'publish') => (span === null ? null : tracer?.begin(name, span.traceparent));
      const composed = composeDeliveries(batch.events, history, this.host.reader);
      const deliveries = await spanning(begin('compose'), composed);
      this.#published = position;
      await spanning(begin('publish'), this.host.publisher.publish({ position, previous, deliveries }));
    } catch {
      await this.#publishGap(position);
    }
  }

  async #newsOfCatchingUp(position: number): Promise<void> {
    if (performance.now() - this.#lastNews < catchUpNews) return;
    this.#lastNews = performance.now();
    await this.#publishGap(position);
  }

  async #publishGap(position: number): Promise<void> {
    this.#published = position;
    await this.host.publisher.publish({ position, previous: position, deliveries: [] });
  }

  #coreInStep(): boolean {
    return this.#lanes.every((lane) => !isCore(lane) || this.#inStep.has(lane));
  }

  #dropOut(lane: Lane, error: unknown): void {
    this.#inStep.delete(lane);
    lane.fail(error);
    this.host.onStatus(this.status());
    const recovery = this.#recover(lane).finally(() => this.#recoveries.delete(recovery));
    this.#recoveries.add(recovery);
  }

  /** Opens the store again and reads the log up to where the others are: only then it is in step with them. */
  async #recover(lane: Lane): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait: number = retryAfter[0]; ; wait = Math.min(wait * 2, retryAfter[1])) {
      await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await lane.open();
        while (lane.position < this.#position && !signal.aborted) await lane.catchUp(this.#position);
        if (signal.aborted) return;
        this.#inStep.add(lane);
        lane.recovered();
        this.host.onStatus(this.status());
        if (!this.#projecting && this.#coreInStep() && this.#published < this.#position) {
          await this.#publishGap(this.#position);
        }
        return;
      } catch (error) {
        lane.fail(error);
      }
    }
  }

  #lane(name: ProjectionName): Lane {
    const lane = this.#lanes.find((each) => each.name === name);
    if (lane === undefined) throw new Error(`there is no projection ${name}`);
    return lane;
  }
}

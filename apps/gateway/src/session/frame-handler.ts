import { asParleyError, type Clock, type CursorCodec, type Logger, ParleyError } from '@parley/platform';
import { tracer } from '@parley/platform/tracing';
import type { Command, CommandClient, CommandContext, CommandResult, MessageAccepted } from '@parley/ports';
import type { ClientFrame, ClientFrameOf } from '@parley/protocol';
import type { GatewayMetrics } from '../metrics.js';
import type { PresenceService } from '../presence/presence-service.js';
import type { HistoryReads } from '../queries/history-reads.js';
import type { TypingService } from '../typing/typing-service.js';
import { acceptedFrame, doneFrame, pongFrame } from './answers.js';
import { commandOf, type CommandFrame } from './command-of.js';
import { errorFrame } from './error-frame.js';
import type { Session } from './session.js';

export interface FrameHandlerDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly commands: CommandClient;
  readonly cursors: Pick<CursorCodec, 'decodePosition'>;
  readonly history: Pick<HistoryReads, 'frame'>;
  readonly presence: Pick<PresenceService, 'setState' | 'subscribe'>;
  readonly typing: Pick<TypingService, 'typed' | 'left'>;
  readonly metrics: GatewayMetrics;
}

/** Reads of one session that wait for each other; more are refused. */
const readsWaiting = 16;

/** What each frame of a logged-in socket does. Commands on one conversation are asked for in the order of the frames. */
export class FrameHandler {
  constructor(private readonly deps: FrameHandlerDependencies) {}

  handle(session: Session, frame: Exclude<ClientFrame, { type: 'hello' }>, now: number): void {
    switch (frame.type) {
      case 'ping':
        session.send(pongFrame(frame.ref));
        return;
      case 'typing':
        this.deps.typing.typed(session, frame.conversationId, frame.active, now);
        return;
      case 'presence':
        this.deps.presence.setState(session, frame.state, now);
        return;
      case 'presence_subscribe':
        this.#read(session, frame.ref, () => this.deps.presence.subscribe(session, frame.ref, frame.userIds));
        return;
      case 'history':
        this.#read(session, frame.ref, async () => session.send(await this.deps.history.frame(userOf(session), frame)));
        return;
      case 'sync':
        this.#sync(session, frame);
        return;
      case 'send':
      case 'forward':
      case 'edit':
      case 'delete':
      case 'react':
      case 'unreact':
      case 'pin':
      case 'unpin':
      case 'delivered':
      case 'read':
      case 'mark_unread':
        void this.#execute(session, frame, now);
        return;
      default:
        frame satisfies never;
    }
  }

  /** The session is over. */
  left(session: Session): void {
    this.deps.typing.left(session);
  }

  /** Called in the order of the frames; nothing is awaited before the write side has the command. */
  async #execute(session: Session, frame: CommandFrame, now: number): Promise<void> {
    const { commands, metrics } = this.deps;
    const startedAt = performance.now();
    const span = tracer?.begin(`frame ${frame.type}`, undefined, { kind: 'server' });
    session.commandBegins();
    try {
      const { userId: actorId, deviceId } = session.principal ?? notLoggedIn();
      const asked: CommandContext = { actorId, deviceId, now, correlationId: session.nextCorrelationId() };
      const context = span === undefined ? asked : { ...asked, traceparent: span.traceparent };
      const result = await commands.execute<Command>(commandOf(frame), context);
      metrics.commandDone(frame.type, startedAt);
      this.#answer(session, frame, result);
    } catch (error) {
      span?.end(error);
      metrics.commandFailed(frame.type, startedAt);
      this.#fail(session, frame.ref, error);
    } finally {
      span?.end();
      session.commandEnds();
    }
  }

  #answer(session: Session, frame: CommandFrame, result: CommandResult): void {
    if (frame.type === 'send' || frame.type === 'forward') {
      const accepted = result as MessageAccepted;
      if (!accepted.repeated) {
        // What was forwarded comes back all the same: its content is known here only.
        if (!session.echo && frame.type === 'send')
          session.subscription?.leaveOut(accepted.conversationId, accepted.sequence);
        this.deps.metrics.accepted(accepted.position);
      }
      session.send(acceptedFrame(frame.ref, accepted));
    } else if (frame.ref !== undefined) session.send(doneFrame(frame.ref, result.position));
  }

  #sync(session: Session, { ref, cursor }: ClientFrameOf<'sync'>): void {
    try {
      const from = cursor === undefined ? null : this.deps.cursors.decodePosition(cursor);
      session.subscription?.start({ ref, from });
    } catch (error) {
      this.#fail(session, ref, error);
    }
  }

  /** One after the other, each when the answer of the one before has left: answers never pile up. */
  #read(session: Session, ref: number, read: () => Promise<void>): void {
    if (session.readsWaiting >= readsWaiting) {
      session.send(errorFrame(new ParleyError('overloaded', { retryAfterMs: 500 }), ref));
      return;
    }
    session.readsWaiting++;
    session.reads = (session.reads ?? Promise.resolve())
      .then(() => session.flushed())
      .then(() => (session.open ? read() : undefined))
      .catch((error: unknown) => this.#fail(session, ref, error))
      .finally(() => {
        if (--session.readsWaiting === 0) session.reads = null;
      });
  }

  #fail(session: Session, ref: number | undefined, error: unknown): void {
    const told = asParleyError(error);
    const traceId = told.code === 'internal' ? session.nextCorrelationId() : undefined;
    if (traceId !== undefined) this.deps.logger.error({ err: error, traceId }, 'a frame failed');
    session.send(errorFrame(told, ref, traceId));
  }
}

const userOf = (session: Session): string => (session.principal ?? notLoggedIn()).userId;

function notLoggedIn(): never {
  throw new ParleyError('unauthenticated');
}

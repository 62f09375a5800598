import { ParleyError } from '@parley/platform';
import type { SignalBus, TypingSignal } from '@parley/ports';
import { TokenBucket } from '../limits/token-bucket.js';
import type { Freshness } from '../push/freshness.js';
import type { Hub } from '../push/hub.js';
import { typingFrame } from '../session/answers.js';
import { errorFrame } from '../session/error-frame.js';
import type { Session } from '../session/session.js';
import { SharedFrame } from '../socket/outbox.js';

/** Of one socket; more are passed over in silence: the next one says the same. */
const signalsPerSecond = 2;
const signalsAtOnce = 10;

/**
 * Who is typing: to the members who are connected and live, never stored. It ends by itself on the receiving side
 * `ttlMs` after the last sign of it, so a signal that gets lost does no harm. While it may be that a removal was not
 * delivered yet, nothing is passed on and nothing shown: signals pass by the projections and would not stop with them.
 */
export class TypingService {
  readonly #unsubscribe: () => void;

  constructor(
    private readonly signals: SignalBus,
    private readonly hub: Pick<Hub, 'audience'>,
    private readonly freshness: Pick<Freshness, 'isFresh'>,
    private readonly ttlMs: number,
  ) {
    this.#unsubscribe = signals.subscribe((signal) => this.#onSignal(signal));
  }

  close(): void {
    this.#unsubscribe();
  }

  typed(session: Session, conversationId: string, active: boolean, now: number): void {
    const { principal, subscription } = session;
    if (principal === null || subscription === null) return;
    session.typingBudget ??= new TokenBucket(signalsPerSecond, signalsAtOnce, now);
    if (session.typingBudget.take(now) > 0) return;
    const { person } = subscription;
    if (!person.ready) return;
    if (!person.conversations.has(conversationId)) {
      session.send(errorFrame(new ParleyError('conversation_not_found')));
      return;
    }
    if (!this.freshness.isFresh()) return;
    if (active) (session.typingIn ??= new Set()).add(conversationId);
    else session.typingIn?.delete(conversationId);
    this.signals.publish({ conversationId, userId: principal.userId, active });
  }

  /** Who is gone does not type. Conversations they left hear no more of them. */
  left(session: Session): void {
    const { typingIn, principal, subscription } = session;
    session.typingIn = null;
    if (typingIn === null || principal === null || subscription === null || !this.freshness.isFresh()) return;
    const { person } = subscription;
    for (const conversationId of typingIn) {
      if (!person.ready || !person.conversations.has(conversationId)) continue;
      this.signals.publish({ conversationId, userId: principal.userId, active: false });
    }
  }

  #onSignal({ conversationId, userId, active }: TypingSignal): void {
    if (!this.freshness.isFresh()) return;
    const frame = new SharedFrame(typingFrame(conversationId, userId, active, this.ttlMs));
    for (const person of this.hub.audience(conversationId)) {
      if (person.userId !== userId) for (const subscriber of person.subscribers) subscriber.hint(frame);
    }
  }
}

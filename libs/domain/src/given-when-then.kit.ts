import type { Decision, Refused, StreamDefinition } from './decision.js';
import type { Refusal } from './refusals.js';

/** The test runner's `expect`, passed in so that this package imports no other. */
type Expect = (actual: unknown, message?: string) => { toEqual(expected: unknown): void };

/**
 * `expect(given(…events).when(command)).toEqual(events(…))`, or `refused(code, details)`, for one kind of stream.
 * Besides, each `when` checks what holds for every decision: it does not change the state, it is alike from a snapshot
 * of the state, and once its events have happened, saying it again yields none.
 */
export function scenarios<State, Event>(definition: StreamDefinition<State, Event>, expect: Expect) {
  /** How a command is decided. `history` is there for look-ups. */
  type Decide<D extends Decision<Event>> = (state: State, history: readonly Event[]) => D;

  const fold = (history: readonly Event[]): State =>
    history.reduce((state, event) => definition.evolve(state, event), definition.initial);

  function whenAnew<D extends Decision<Event>>(history: readonly Event[], decide: Decide<D>): D {
    const state = fold(history);
    const before = JSON.stringify(definition.toSnapshot(state));
    const decision = decide(state, history);
    expect(JSON.stringify(definition.toSnapshot(state)), 'a decision changes no state').toEqual(before);
    const restored = definition.fromSnapshot(JSON.parse(before));
    expect(decide(restored, history), 'a snapshot decides alike').toEqual(decision);
    return decision;
  }

  function when<D extends Decision<Event>>(history: readonly Event[], decide: Decide<D>): D {
    const decision = whenAnew(history, decide);
    if (!decision.ok) return decision;
    const after = [...history, ...decision.events];
    const again = decide(fold(after), after);
    expect(again.ok ? again.events : [], 'saying it twice yields no new events').toEqual([]);
    return decision;
  }

  const given = (...history: readonly Event[]) => ({
    state: fold(history),
    when: <D extends Decision<Event>>(decide: Decide<D>): D => when(history, decide),
    /** For a command that means something new each time it is decided, such as to send a message. */
    whenAnew: <D extends Decision<Event>>(decide: Decide<D>): D => whenAnew(history, decide),
  });
  const events = (...expected: readonly Event[]): Decision<Event> => ({ ok: true, events: expected });
  return { given, fold, events };
}

export const refused = (code: Refusal['code'], details?: Refusal['details']): Refused => ({
  ok: false,
  refusal: { code, details } as Refusal,
});

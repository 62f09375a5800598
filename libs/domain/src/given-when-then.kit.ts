import type { Decision, StreamDefinition } from './decision.js';
import type { Refusal } from './refusals.js';

/** The test runner's `expect`, passed in so that this package imports no other. */
type Expect = (actual: unknown, message?: string) => { toEqual(expected: unknown): void };

/** How a command is decided. `history` is there for look-ups. */
type Decide<State, Event> = (state: State, history: readonly Event[]) => Decision<Event>;

/**
 * `given(events).when(command).thenEvents(…)` for one kind of stream. Besides what it is asked, each `when` checks what
 * holds for every decision: it changes neither state nor history, a snapshot of the state decides alike, and once its
 * events have happened, saying it again yields none.
 */
export function scenarios<State, Event>(definition: StreamDefinition<State, Event>, expect: Expect) {
  const fold = (events: readonly Event[]): State =>
    events.reduce((state, event) => definition.evolve(state, event), definition.initial);

  function when(history: readonly Event[], decide: Decide<State, Event>, repeatable: boolean) {
    const state = fold(history);
    const before = JSON.stringify(definition.toSnapshot(state));
    const decision = decide(state, history);
    expect(JSON.stringify(definition.toSnapshot(state)), 'a decision changes no state').toEqual(before);
    const restored = definition.fromSnapshot(JSON.parse(before));
    expect(decide(restored, history), 'a snapshot decides alike').toEqual(decision);
    if (decision.ok && repeatable) {
      const after = [...history, ...decision.events];
      expect(eventsOf(decide(fold(after), after)), 'saying it twice yields no new events').toEqual([]);
    }
    return {
      decision,
      thenEvents: (...events: readonly Event[]) => expect(decision).toEqual({ ok: true, events }),
      thenNothing: () => expect(decision).toEqual({ ok: true, events: [] }),
      thenRefused: (code: Refusal['code'], details?: Refusal['details']) =>
        expect(decision).toEqual({ ok: false, refusal: details === undefined ? { code } : { code, details } }),
    };
  }

  const given = (...history: readonly Event[]) => ({
    state: fold(history),
    when: (decide: Decide<State, Event>) => when(history, decide, true),
    /** For a command that means something new each time it is decided, such as to send a message. */
    whenAnew: (decide: Decide<State, Event>) => when(history, decide, false),
  });
  return { given, fold };
}

const eventsOf = <Event>(decision: Decision<Event>): readonly Event[] => (decision.ok ? decision.events : []);

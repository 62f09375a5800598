import { noPosition } from '../position.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { unknownConversation } from './conversation.js';
import type { ConversationState, Departure, LocalState } from './local-state.js';
import { RangeSet } from './ranges.js';
import { type HeldMessage, Timeline } from './timeline.js';

const format = 1;
const metaKey = 'state/meta';
const conversationPrefix = 'state/conversation/';
const peopleKey = 'state/people';

interface SavedMeta {
  readonly format: number;
  readonly userId: string;
  readonly cursor: string;
  readonly departed: readonly (readonly [string, Departure])[];
  /** Conversations that are no more. What is still kept of them counts for nothing. */
  readonly gone?: readonly string[];
}

interface SavedTimeline {
  readonly held: readonly HeldMessage[];
  readonly last: HeldMessage | null;
  readonly missing: readonly (readonly [number, number])[];
  readonly floor: number;
  readonly highest: number;
  readonly announced: number;
  readonly anchored: boolean;
  readonly readable: number;
}

type SavedConversation = Omit<ConversationState, 'timeline' | 'members' | 'mentionedAt' | 'readHere'> & {
  readonly timeline: SavedTimeline;
  readonly members: readonly (readonly [string, unknown])[];
  readonly mentionedAt: readonly number[];
};

/**
 * A device's state on disk, so that it opens at once and resumes. Conversations are written before the cursor: after a
 * crash the cursor is at most too old, and changes that come again are harmless. Those that are no more are deleted after
 * the cursor: until it is written, what was said in them comes again, and needs to find what is known of them.
 */
export class SavedState {
  readonly #store: KeyValueStore;
  /** Conversations that are no more, of which something may still be kept. */
  readonly #gone = new Set<string>();

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Whose state this is and where to resume, or null. Fills `into` with what was saved. */
  async load(make: (userId: string) => LocalState): Promise<{ state: LocalState; cursor: string } | null> {
    const json = await this.#store.get(metaKey);
    const meta = json === undefined ? null : (JSON.parse(json) as SavedMeta);
    const kept = await this.#store.entries(conversationPrefix);
    if (meta?.format !== format) {
      // Nobody knows any more whose it is and as of when: it is no part of what begins now.
      for (const [key] of kept) this.#gone.add(idOf(key));
      return null;
    }
    const state = make(meta.userId);
    for (const id of meta.gone ?? []) this.#gone.add(id);
    for (const [id, departure] of meta.departed) state.departed.set(id, departure);
    for (const [key, saved] of kept) {
      if (this.#gone.has(idOf(key))) continue;
      const conversation = restore(JSON.parse(saved) as SavedConversation, state);
      // One that was left as well was begun again since.
      state.conversations.set(conversation.id, conversation);
    }
    const people = await this.#store.get(peopleKey);
    for (const [id, person] of people === undefined ? [] : (JSON.parse(people) as [string, never][]))
      state.people.set(id, person);
    return { state, cursor: meta.cursor };
  }

  /** `changed`: conversations that differ from what was saved last. */
  async save(state: LocalState, cursor: string, changed: Iterable<string>): Promise<void> {
    const texts: [key: string, json: string][] = [];
    for (const id of changed) {
      const conversation = state.conversations.get(id);
      if (conversation === undefined) this.#gone.add(id);
      else {
        this.#gone.delete(id);
        texts.push([conversationPrefix + id, JSON.stringify(saved(conversation))]);
      }
    }
    const people = JSON.stringify([...state.people]);
    const gone = [...this.#gone];
    const meta: SavedMeta = { format, userId: state.userId, cursor, departed: [...state.departed], gone };
    // All of one moment: nothing above waits, so nothing is applied in between.
    for (const [key, json] of texts) await this.#store.set(key, json);
    await this.#store.set(peopleKey, people);
    await this.#store.set(metaKey, JSON.stringify(meta));
    for (const id of gone) {
      await this.#store.delete(conversationPrefix + id);
      this.#gone.delete(id);
    }
  }

  /** Forgets everything; the cursor first, so that a crash half way leaves nothing to resume from. */
  async clear(): Promise<void> {
    await this.#store.delete(metaKey);
    await this.#store.delete(peopleKey);
    for (const [key] of await this.#store.entries(conversationPrefix)) await this.#store.delete(key);
  }
}

const idOf = (key: string): string => key.slice(conversationPrefix.length);

function saved(conversation: ConversationState): SavedConversation {
  const { timeline, members, mentionedAt, readHere: _readHere, ...rest } = conversation;
  const { last, missing, floor, highest, announced, anchored, readable } = timeline;
  const held = [...timeline.held.values()];
  return {
    ...rest,
    members: [...members],
    mentionedAt: [...mentionedAt],
    timeline: { held, last, missing: missing.toJSON(), floor, highest, announced, anchored, readable },
  };
}

function restore(saved: SavedConversation, state: LocalState): ConversationState {
  const { held, missing, ...numbers } = saved.timeline;
  const timeline = new Timeline(numbers.announced, state.limits.messages);
  Object.assign(timeline, { ...numbers, missing: RangeSet.from(missing) });
  for (const each of held) timeline.held.set(each.message.sequence, each);
  return {
    ...unknownConversation(saved.id, state),
    ...saved,
    members: new Map(saved.members) as ConversationState['members'],
    mentionedAt: new Set(saved.mentionedAt),
    noticedUpTo: saved.noticedUpTo ?? noPosition,
    timeline,
  };
}

import { randomUUID } from 'node:crypto';
import type { ClientFrame, ErrorCode, ServerFrame } from '@parley/protocol';
import type { ActorName, Cast } from './authorization-actors.js';
import type { Scene } from './authorization-scene.js';

/** Who asks on a socket, and about what. */
export interface FrameCell {
  readonly cast: Cast;
  readonly actor: ActorName;
  readonly scene: Scene;
  /** Something the actor may see, wherever it is. */
  readonly own: { readonly conversationId: string; readonly sequence: number };
}

export interface FrameRule {
  /** `session`: whoever is logged in. `member`: members of the conversation in the frame. */
  readonly access: 'session' | 'member';
  /** Without `ref`. */
  readonly frame: (cell: FrameCell) => Readonly<Record<string, unknown>>;
  /** The frame that grants it; null: nothing answers when all is well. */
  readonly granted: ServerFrame['type'] | null;
  /** How it is refused to those who are not members. */
  readonly refused?: ErrorCode;
}

const text = { type: 'text.v1', text: 'Hello' };
const onConversation = (
  more: Readonly<Record<string, unknown>> = {},
): ((cell: FrameCell) => Readonly<Record<string, unknown>>) => {
  return ({ scene }) => ({ conversationId: scene.conversationId, ...more });
};
const onMessage = (
  more: Readonly<Record<string, unknown>> = {},
): ((cell: FrameCell) => Readonly<Record<string, unknown>>) => {
  return ({ scene, actor }) => ({
    conversationId: scene.conversationId,
    sequence: scene.sequenceOf(actor),
    ...more,
  });
};

/** Every frame has its rule: a new frame without one does not compile. */
export const frameRules: Readonly<Record<ClientFrame['type'], FrameRule>> = {
  // A second hello with the own token renews the session.
  hello: { access: 'session', frame: ({ cast, actor }) => ({ token: cast[actor].token, sync: false }), granted: null },
  ping: { access: 'session', frame: () => ({}), granted: 'pong' },
  send: {
    access: 'member',
    frame: (cell) => ({ ...onConversation()(cell), clientMessageId: randomUUID(), content: text }),
    granted: 'accepted',
  },
  forward: {
    access: 'member',
    frame: (cell) => ({ ...onConversation()(cell), clientMessageId: randomUUID(), from: cell.own }),
    granted: 'accepted',
  },
  edit: { access: 'member', frame: onMessage({ content: text }), granted: 'done' },
  delete: { access: 'member', frame: onMessage(), granted: 'done' },
  react: { access: 'member', frame: onMessage({ emoji: '👍' }), granted: 'done' },
  unreact: { access: 'member', frame: onMessage({ emoji: '👍' }), granted: 'done' },
  pin: { access: 'member', frame: onMessage(), granted: 'done' },
  unpin: { access: 'member', frame: onMessage(), granted: 'done' },
  delivered: { access: 'member', frame: onConversation({ upTo: 1 }), granted: 'done' },
  read: { access: 'member', frame: onConversation({ upTo: 1 }), granted: 'done' },
  mark_unread: { access: 'member', frame: onConversation({ marked: true }), granted: 'done' },
  typing: { access: 'member', frame: onConversation({ active: true }), granted: null },
  presence_subscribe: {
    access: 'session',
    frame: ({ cast }) => ({ userIds: [cast.bystander.userId] }),
    granted: 'presence',
  },
  presence: { access: 'session', frame: () => ({ state: 'away' }), granted: null },
  sync: { access: 'session', frame: () => ({}), granted: 'snapshot' },
  history: { access: 'member', frame: onConversation(), granted: 'history' },
};

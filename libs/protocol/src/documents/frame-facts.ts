import type { ClientFrame, ServerFrame } from '../frames.js';

/** What the documents say of a frame from the client: what it asks for, and what answers it. */
export interface ClientFrameFacts {
  readonly summary: string;
  /** Frames that answer it; `error` may always. Empty: nothing answers when all is well. */
  readonly answers: readonly ServerFrame['type'][];
}

export const clientFrameFacts: Readonly<Record<ClientFrame['type'], ClientFrameFacts>> = {
  hello: { summary: 'Says who is there and where to resume', answers: ['welcome'] },
  ping: { summary: 'Asks for a sign of life, and is one', answers: ['pong'] },
  send: { summary: 'Sends a message; safe to repeat with the same clientMessageId', answers: ['accepted'] },
  forward: { summary: 'Sends the content of a message one can see into another conversation', answers: ['accepted'] },
  edit: { summary: 'Changes the content of one’s own message', answers: ['done'] },
  delete: { summary: 'Deletes a message for all', answers: ['done'] },
  react: { summary: 'Adds one’s reaction to a message', answers: ['done'] },
  unreact: { summary: 'Takes one’s reaction back', answers: ['done'] },
  pin: { summary: 'Pins a message', answers: ['done'] },
  unpin: { summary: 'Unpins a message', answers: ['done'] },
  delivered: { summary: 'Everything up to here has arrived on this device', answers: ['done'] },
  read: { summary: 'Everything up to here was read', answers: ['done'] },
  mark_unread: { summary: 'Marks a conversation as unread, or takes the mark away', answers: ['done'] },
  typing: { summary: 'Says that one writes, or has stopped', answers: [] },
  presence_subscribe: { summary: 'Replaces the list of people whose presence is told', answers: ['presence'] },
  presence: { summary: 'Says whether one is at the device', answers: [] },
  sync: {
    summary: 'Asks for everything since a cursor, then live',
    answers: ['snapshot', 'changes', 'caught_up', 'resync'],
  },
  history: { summary: 'Asks for a page of history', answers: ['history'] },
};

export interface ServerFrameFacts {
  readonly summary: string;
  /** It may come without being asked for. */
  readonly pushed: boolean;
}

export const serverFrameFacts: Readonly<Record<ServerFrame['type'], ServerFrameFacts>> = {
  welcome: { summary: 'The socket is ready: who one is and how often to be heard', pushed: false },
  pong: { summary: 'Answers ping', pushed: false },
  accepted: { summary: 'The message is durable and has its place', pushed: false },
  done: { summary: 'The command is durable', pushed: false },
  snapshot: { summary: 'The newest state, for a device without a cursor', pushed: true },
  changes: { summary: 'Changes in order, with the cursor to keep once they are applied', pushed: true },
  caught_up: { summary: 'Everything up to the cursor was sent: live from here', pushed: true },
  history: { summary: 'A page of history', pushed: false },
  typing: { summary: 'Somebody writes; ends by itself', pushed: true },
  presence: { summary: 'Whether people are there', pushed: true },
  resync: {
    summary: 'What the client holds cannot be brought up to date: drop it, sync without a cursor',
    pushed: true,
  },
  going_away: { summary: 'This node stops: when to reconnect', pushed: true },
  error: { summary: 'What was refused, and why; without `ref`: of the socket as a whole', pushed: true },
};

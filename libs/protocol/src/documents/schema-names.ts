import { z } from 'zod';
import { clientFrames, presenceView, serverFrames } from '../frames.js';
import * as views from '../views.js';
import { problemSchema } from './problem-schema.js';

/** Schemas that stand in the documents once, under a name; all others stand where they are used. */
const names: readonly (readonly [name: string, schema: z.ZodType, description: string])[] = [
  ['TextContent', views.textContent, 'Plain text, kept as sent.'],
  ['SealedContent', views.sealedContent, 'Encrypted by the sender; the server cannot read it.'],
  ['MessageContent', views.messageContent, 'What a message says. New versions get new `type` names.'],
  ['Message', views.messageView, 'A message as it stands now: edits, deletion, reactions and pin are folded in.'],
  ['Notice', views.noticeView, 'A system message: it stands after message `afterSequence` and takes no sequence.'],
  ['Conversation', views.conversationView, 'A direct conversation, a group or a channel.'],
  ['Member', views.memberView, 'A person in a conversation.'],
  ['Receipts', views.receiptsView, 'How far at least n members have come: [sequence, n] steps, newest first.'],
  ['Settings', views.settingsView, 'One’s own settings of a conversation.'],
  ['ReadState', views.readStateView, 'One’s own reading state, in step on all devices.'],
  ['Person', views.personView, 'What others see of a person.'],
  ['InboxEntry', views.inboxEntry, 'One row of the conversation list.'],
  ['Change', views.change, 'The state of one thing after a change. The newest `position` of a thing wins.'],
  ['Presence', presenceView, 'Whether a person is there.'],
  ['Problem', problemSchema, 'A problem document (RFC 9457).'],
];

/** Gives the schemas their names; to be called before documents are made. Harmless to repeat. */
export function nameSchemas(): void {
  for (const [id, schema, description] of names) schema.register(z.globalRegistry, { id, description });
  nameFrames('Client', clientFrames);
  nameFrames('Server', serverFrames);
}

/** `mark_unread` from the client is the schema `ClientMarkUnread`. */
function nameFrames(side: 'Client' | 'Server', frames: Readonly<Record<string, z.ZodType>>): void {
  for (const [type, schema] of Object.entries(frames))
    schema.register(z.globalRegistry, { id: side + pascalCase(type) });
}

/** `mark_unread` is `MarkUnread`. */
export const pascalCase = (type: string): string =>
  type.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());

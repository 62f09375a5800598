import type { Mutant, Suite } from '../mutant.js';

const receipts: Suite = { project: 'unit', paths: ['libs/domain/src/receipts'] };
const conversation: Suite = { project: 'unit', paths: ['libs/domain/src/conversation'] };

export const domainMutants: readonly Mutant[] = [
  {
    name: 'receipt-goes-down',
    breaks: 'watermarks only rise',
    file: 'libs/domain/src/receipts/advance.ts',
    find: 'wanted.read > now.read',
    replace: 'wanted.read !== now.read',
    suite: receipts,
  },
  {
    name: 'receipt-past-end',
    breaks: 'a watermark never passes the last message',
    file: 'libs/domain/src/receipts/advance.ts',
    find: 'return actual > limit ?',
    replace: 'return actual > limit + 1 ?',
    suite: receipts,
  },
  {
    name: 'stranger-advances',
    breaks: 'only members move watermarks',
    file: 'libs/domain/src/receipts/advance.ts',
    find: "if (!context.isMember(advance.userId)) return { code: 'conversation_not_found' };",
    replace: '',
    suite: receipts,
  },
  {
    name: 'sequence-gap',
    breaks: 'sequences have no gaps',
    file: 'libs/domain/src/conversation/decisions/send-message.ts',
    find: 'sequence: conversation.lastSequence + 1',
    replace: 'sequence: conversation.lastSequence + 2',
    suite: conversation,
  },
  {
    name: 'blocked-still-sends',
    breaks: 'who is blocked does not reach the other',
    file: 'libs/domain/src/conversation/decisions/send-message.ts',
    find: "conversation.kind === 'direct' && command.blocked",
    replace: "conversation.kind !== 'direct' && command.blocked",
    suite: conversation,
  },
  {
    name: 'edit-of-others',
    breaks: 'only the sender edits a message',
    file: 'libs/domain/src/conversation/decisions/change-message.ts',
    find: "if (message.senderId !== actorId) return refuse({ code: 'not_your_message' });",
    replace: '',
    suite: conversation,
  },
  {
    name: 'invite-never-expires',
    breaks: 'an expired invite does not work',
    file: 'libs/domain/src/conversation/decisions/invites.ts',
    find: 'invite.expiresAt <= now;',
    replace: 'invite.expiresAt < now;',
    suite: conversation,
  },
];

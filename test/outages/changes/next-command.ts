import type { Random } from '../../demo/logs/random.js';
import type { Command } from './command.js';
import { type DueMessage, type Ledger, reactionKey } from './ledger.js';

/** What somebody does next, by what stands. */
export type NextCommand = (ledger: Ledger, userId: string, random: Random) => Command;

/** Of one's own messages the newest so many are edited, deleted and pinned: so that each is changed several times. */
const ownChanged = 4;
/** Of everybody's the newest so many are reacted to. */
const reactedTo = 8;
const emojis = ['👍', '❤️', '🎉'];

/** Sends and nothing else. */
export const nextMessage: NextCommand = (ledger) => send(ledger);

/**
 * Sends, edits, deletes, reacts and takes it back, pins and unpins; and blocks and unblocks, where there is somebody who
 * may be blocked.
 */
export function nextChange(blockable: string | null): NextCommand {
  return (ledger, userId, random) => {
    const alive = ledger.alive();
    const own = alive.filter(({ senderId }) => senderId === userId).slice(-ownChanged);
    const chance = random.next();
    if (own.length === 0 || chance < 0.25) return send(ledger);
    if (chance < 0.35 && blockable !== null)
      return { type: ledger.blockOf(userId).value ? 'unblock' : 'block', userId: blockable };
    if (chance < 0.65) return edit(random.pick(own));
    if (chance < 0.7) return { type: 'delete', sequence: random.pick(own).sequence };
    if (chance < 0.85) return react(random.pick(alive.slice(-reactedTo)), userId, random.pick(emojis));
    const { sequence, pinned } = random.pick(own);
    return { type: pinned.value ? 'unpin' : 'pin', sequence };
  };
}

function send(ledger: Ledger): Command {
  const clientMessageId = ledger.newMessageId();
  return { type: 'send', clientMessageId, text: textOf(clientMessageId, 1) };
}

const edit = ({ sequence, clientMessageId, versions }: DueMessage): Command => ({
  type: 'edit',
  sequence,
  text: textOf(clientMessageId, versions + 1),
});

const react = ({ sequence, reactions }: DueMessage, userId: string, emoji: string): Command => ({
  type: reactions.get(reactionKey(userId, emoji))?.value === true ? 'unreact' : 'react',
  sequence,
  emoji,
});

const textOf = (clientMessageId: string, version: number): string => `message ${clientMessageId} v${version}`;

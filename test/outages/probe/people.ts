import { setTimeout as sleep } from 'node:timers/promises';
import { conversationCommandRoutes, queryRoutes } from '@parley/protocol';
import { type Person, register } from '../../kit/people.js';
import { call } from '../../kit/rest.js';

/** The two who talk and ask, in a conversation of their own, and one who logs in and out. */
export interface Askers {
  readonly ann: Person;
  readonly ben: Person;
  readonly cat: Person;
  readonly conversationId: string;
}

/** Projectors that were just started have to share the partitions first. */
const readableWithinMs = 60_000;

/** Resolves when what they did can be read. */
export async function registerAskers(url: string): Promise<Askers> {
  const ann = await register(url, 'ann');
  const ben = await register(url, 'ben');
  const cat = await register(url, 'cat');
  const body = { kind: 'direct', memberIds: [ben.userId] };
  const started = await call(url, conversationCommandRoutes.startConversation, { token: ann.token, body });
  const { conversationId } = started.body as { conversationId: string };
  const headers = { 'Parley-Min-Position': started.headers.get('Parley-Position') ?? '' };
  const params = { conversationId };
  for (const until = performance.now() + readableWithinMs; ;) {
    const { status, text } = await call(url, queryRoutes.getConversation, { token: ben.token, params, headers });
    if (status === queryRoutes.getConversation.status) break;
    if (performance.now() > until) throw new Error(`what was written cannot be read: ${text}`);
    await sleep(500);
  }
  return { ann, ben, cat, conversationId };
}

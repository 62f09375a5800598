import { randomUUID } from 'node:crypto';
import { conversationCommandRoutes, messageCommandRoutes, queryRoutes, type Route } from '@parley/protocol';
import { call, type CallInput } from '../kit/rest.js';
import type { ActorName, Cast } from './authorization-actors.js';

/** A group with owner, admin, member, bystander and a former member, each of whom has said one thing. */
export interface Scene {
  readonly conversationId: string;
  /** Of the message that this actor sent; of the owner's for those who sent none. */
  sequenceOf(actor: ActorName): number;
  /** A word that stands in every message, and nowhere else in the world. */
  readonly secretWord: string;
  /** Everything is readable from here on. */
  readonly position: string;
}

const speakers = ['owner', 'admin', 'member', 'former member'] as const;

export async function setScene(serverUrl: string, cast: Cast, kind: 'group' | 'channel' = 'group'): Promise<Scene> {
  const secretWord = `secret${randomUUID().replaceAll('-', '')}`;
  let position = '0';
  const must = async (route: Route, input: CallInput): Promise<Record<string, unknown>> => {
    const answer = await call(serverUrl, route, input);
    if (answer.status >= 300) throw new Error(`setting the scene, ${route.id}: ${answer.status} ${answer.text}`);
    position = answer.headers.get('Parley-Position') ?? position;
    return (answer.body ?? {}) as Record<string, unknown>;
  };
  const idOf = (name: ActorName): string => cast[name].person?.userId ?? '';
  const asOwner = { token: cast.owner.token };
  const memberIds = [idOf('admin'), idOf('member'), idOf('former member'), cast.bystander.userId];
  const started = await must(conversationCommandRoutes.startConversation, {
    ...asOwner,
    body: { kind, memberIds, title: 'A scene' },
  });
  const conversationId = String(started['conversationId']);
  await must(conversationCommandRoutes.changeRole, {
    ...asOwner,
    params: { conversationId, userId: idOf('admin') },
    body: { role: 'admin' },
  });
  const sequences = new Map<ActorName, number>();
  for (const name of speakers.filter((speaker) => kind === 'group' || speaker === 'owner' || speaker === 'admin')) {
    const { sequence } = await must(messageCommandRoutes.sendMessage, {
      token: cast[name].token,
      params: { conversationId },
      body: { clientMessageId: randomUUID(), content: { type: 'text.v1', text: `${name} knows ${secretWord}` } },
    });
    sequences.set(name, Number(sequence));
  }
  await must(conversationCommandRoutes.removeMember, {
    ...asOwner,
    params: { conversationId, userId: idOf('former member') },
  });
  // The removal can be read: nobody who connects from here on is told of the conversation as it was before.
  await must(queryRoutes.getConversation, {
    ...asOwner,
    params: { conversationId },
    headers: { 'Parley-Min-Position': position },
  });
  return {
    conversationId,
    sequenceOf: (actor) => sequences.get(actor) ?? 1,
    secretWord,
    position,
  };
}

import type { UserPresence } from '@parley/ports';
import { expect, it } from 'vitest';
import { ToldPresence } from './told-presence.js';

const presence = (userId: string, state: UserPresence['state']): UserPresence => ({ userId, state, lastSeen: null });

it('tells each change once and knows who is here', () => {
  const told = new ToldPresence(10);
  const changes = ['online', 'online', 'away', 'away', 'offline', 'online'] as const;
  expect(changes.map((state) => told.change(presence('usr_1', state)))).toEqual([true, false, true, false, true, true]);
  expect(told.userIds).toEqual(['usr_1']);
});

it('forgets those told longest ago when there are too many', () => {
  const told = new ToldPresence(2);
  for (const userId of ['usr_1', 'usr_2', 'usr_3']) told.change(presence(userId, 'online'));
  expect(told.userIds).toEqual(['usr_2', 'usr_3']);
  expect(told.change(presence('usr_1', 'offline'))).toBe(true);
});

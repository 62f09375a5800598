import type { PeopleOperation, PeopleReader } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A directory with nobody in it. */
export interface PeopleUnderTest {
  readonly reader: PeopleReader;
  /** Takes in one event, whatever was taken in before it: others were of other partitions, or this one was parked. */
  take(operation: PeopleOperation): Promise<void>;
  close(): Promise<void>;
}

type Register = PeopleOperation & { readonly type: 'register' };

const register = (position: number, userId: string, username: string): Register => ({
  type: 'register',
  position,
  userId,
  username,
  displayName: `Display ${userId}`,
});
const about = (position: number, userId: string, text: string): PeopleOperation => ({
  type: 'change-profile',
  position,
  userId,
  about: text,
});
const idOf = (json: string): string => (JSON.parse(json) as { id: string }).id;

/** All orders of three. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** What every directory of people guarantees in whatever order its partitions come. */
export function peopleContract(name: string, open: () => Promise<PeopleUnderTest>): void {
  describe(`people: ${name}`, () => {
    let directory: PeopleUnderTest;
    beforeEach(async () => {
      directory = await open();
    });
    afterEach(() => directory.close());

    const holderOf = async (username: string): Promise<string | null> => {
      const json = await directory.reader.byUsername(username);
      return json === null ? null : idOf(json);
    };
    const found = async (query: string): Promise<readonly string[]> =>
      (await directory.reader.find(query, 10)).map(idOf);

    it.each(orders.map((order) => ({ order })))(
      'gives a name to whoever registered it first in the log, and keeps the others: $order',
      async ({ order }) => {
        // Neither the least nor the greatest id: it must not have the name by its id.
        const first = register(10, 'usr_b', 'ann');
        const registrations = [first, register(20, 'usr_a', 'ann'), register(30, 'usr_c', 'ann')];
        for (const at of order) await directory.take(registrations[at] ?? first);
        const ids = ['usr_a', 'usr_b', 'usr_c'];
        expect(await holderOf('ann')).toBe('usr_b');
        expect((await directory.reader.byIds(ids)).map((json) => JSON.parse(json) as unknown)).toEqual(
          ids.map((id) => ({ id, username: 'ann', displayName: `Display ${id}`, about: null })),
        );
        expect(await found('ann')).toEqual(ids);
        expect(await found('display usr_c')).toEqual(['usr_c']);
      },
    );

    it('gives it to the same one when they come at once, and when they come again', async () => {
      const registrations = [30, 10, 20].map((position) => register(position, `usr_${position}`, 'ann'));
      await Promise.all(registrations.map((registration) => directory.take(registration)));
      expect(await holderOf('ann')).toBe('usr_10');
      for (const registration of registrations) await directory.take(registration);
      expect(await holderOf('ann')).toBe('usr_10');
      expect(await found('ann')).toEqual(['usr_10', 'usr_20', 'usr_30']);
    });

    it('takes changes of those who do not have the name', async () => {
      await directory.take(register(20, 'usr_second', 'ann'));
      await directory.take(about(30, 'usr_second', 'here'));
      expect(await holderOf('ann')).toBe('usr_second');
      await directory.take(register(10, 'usr_first', 'ann'));
      await directory.take(about(40, 'usr_second', 'still here'));
      expect(await holderOf('ann')).toBe('usr_first');
      const [second = ''] = await directory.reader.byIds(['usr_second']);
      expect(JSON.parse(second)).toMatchObject({ username: 'ann', about: 'still here' });
    });
  });
}

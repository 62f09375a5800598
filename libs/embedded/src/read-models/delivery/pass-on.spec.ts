import { expect, it } from 'vitest';
import { passOn } from './pass-on.js';

it('keeps what a subscriber throws from everybody else, and tells of it', () => {
  const failures: Error[] = [];
  const batch = { position: 2, previous: 1, deliveries: [] };
  passOn(
    batch,
    () => {
      throw new TypeError('of this test');
    },
    (error) => failures.push(error),
  );
  passOn(
    batch,
    (passed) => expect(passed).toBe(batch),
    (error) => failures.push(error),
  );
  expect(failures).toEqual([new TypeError('of this test')]);
});

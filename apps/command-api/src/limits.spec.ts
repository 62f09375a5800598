import { limits } from '@parley/domain';
import { maxTextBytes } from '@parley/protocol';
import { expect, it } from 'vitest';

it('clients are told the limits that the domain sets', () => {
  expect(maxTextBytes).toBe(limits.textBytes);
});

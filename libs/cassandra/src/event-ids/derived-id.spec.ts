import { messageEventId, randomEventId } from '@parley/platform';
import { expect, it } from 'vitest';
import { isDerivedId } from './derived-id.js';

it('tells ids that name a command from random ones', () => {
  expect(isDerivedId(messageEventId('cnv_1', 'usr_1', 'a'))).toBe(true);
  expect(isDerivedId(randomEventId())).toBe(false);
  expect(isDerivedId(crypto.randomUUID())).toBe(false);
});

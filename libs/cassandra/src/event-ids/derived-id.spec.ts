import { expect, it } from 'vitest';
import { isDerivedId } from './derived-id.js';

it('tells ids that name a command from random ones', () => {
  expect(isDerivedId('320c3d4d-cc00-875b-8ec9-32d5f69181c0')).toBe(true);
  expect(isDerivedId('320C3D4D-CC00-875B-8EC9-32D5F69181C0')).toBe(true);
  expect(isDerivedId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(false);
  expect(isDerivedId(crypto.randomUUID())).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { usernameOf } from './username.js';

describe('usernameOf', () => {
  it.each([
    ['Ann', 1, 'ann.1'],
    ['ann[away]', 36, 'annaway.10'],
    ['Zoë Müller', 3, 'zoemuller.3'],
    ['佐藤', 7, '.7'],
    ['a'.repeat(60), 40_000, `${'a'.repeat(20)}.uv4`],
  ])('of %s', (nick, number, username) => {
    expect(usernameOf(nick, number)).toBe(username);
    expect(username).toMatch(/^[A-Za-z0-9._-]{2,32}$/);
  });
});

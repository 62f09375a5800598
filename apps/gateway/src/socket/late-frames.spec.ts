import { everythingRead } from '@parley/platform';
import { beforeEach, expect, it } from 'vitest';
import type { SessionSocket } from '../session/session.js';
import { LateFrames } from './late-frames.js';

let stoodStill: boolean;
let passed: string[];
let frames: LateFrames;
beforeEach(() => {
  stoodStill = false;
  passed = [];
  frames = new LateFrames({ hasJustEnded: () => stoodStill }, (_, data) => passed.push(String(data)));
});

const aSocket = () => ({ OPEN: 1, readyState: 1 });
const say = (socket: object, text: string): void => frames.take(socket as SessionSocket, Buffer.from(text), false);

it('pass frames on at once', () => {
  const socket = aSocket();
  say(socket, 'a');
  say(socket, 'b');
  expect(passed).toEqual(['a', 'b']);
});

it('after a standstill pass on what is said by those who are there still, in order', async () => {
  stoodStill = true;
  const [here, gone] = [aSocket(), aSocket()];
  say(here, 'a');
  say(gone, 'x');
  say(here, 'b');
  expect(passed).toEqual([]);
  gone.readyState = 2;
  stoodStill = false;
  say(here, 'c');
  await everythingRead();
  await Promise.resolve();
  expect(passed).toEqual(['a', 'b', 'c']);
  say(here, 'd');
  expect(passed.at(-1)).toBe('d');
});

import { serverFrames } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { acceptedFrame, doneFrame, goingAwayFrame, pongFrame, typingFrame } from './answers.js';

const accepted = {
  conversationId: 'cnv_1111',
  messageId: 'msg_1',
  sequence: 3,
  time: 1_700_000_000_000,
  position: 12,
  repeated: false,
};

/** Written by hand, so each is read back strictly: nothing missing, nothing beside. */
describe('answers written by hand', () => {
  it.each([
    ['accepted', acceptedFrame(1, accepted), { ref: 1, sequence: 3, position: '12', time: '2023-11-14T22:13:20.000Z' }],
    ['accepted', acceptedFrame(1, { ...accepted, repeated: true }), { repeated: true }],
    ['done', doneFrame(2, 15), { ref: 2, position: '15' }],
    ['done', doneFrame(2, 0), { ref: 2 }],
    ['pong', pongFrame(undefined), {}],
    ['pong', pongFrame(0), { ref: 0 }],
    ['going_away', goingAwayFrame(1_234.56), { reconnectAfterMs: 1_235 }],
    ['typing', typingFrame('cnv_1111', 'usr_1111', true, 6_000), { active: true, ttlMs: 6_000 }],
  ] as const)('%s fits its schema', (type, json, fields) => {
    const frame: unknown = JSON.parse(json);
    expect(serverFrames[type].strict().parse(frame)).toEqual(frame);
    expect(frame).toMatchObject(fields);
  });
});

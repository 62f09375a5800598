import { describe, expect, it } from 'vitest';
import { namesInChanges } from './wire.js';

const namesIn = (frames: unknown): string[] => {
  const names: string[] = [];
  namesInChanges(JSON.stringify(frames), (conversationId, sequence) => names.push(`${conversationId} ${sequence}`));
  return names;
};
const message = (sequence: number, text = 'hello') => ({
  kind: 'message',
  position: '9',
  message: { id: 'msg_1', conversationId: 'cnv_1', sequence, content: { type: 'text.v1', text } },
});
const changes = (...list: unknown[]) => ({ type: 'changes', changes: list, cursor: 'x', live: true });

describe('namesInChanges', () => {
  it('names every message of one frame or several', () => {
    expect(namesIn(changes(message(1), message(2)))).toEqual(['cnv_1 1', 'cnv_1 2']);
    expect(namesIn([{ type: 'pong' }, changes(message(3)), changes(message(4))])).toEqual(['cnv_1 3', 'cnv_1 4']);
  });
  it('takes no text for a field, and no other frame for changes', () => {
    expect(namesIn(changes(message(1, '"conversationId":"cnv_2","sequence":7')))).toEqual(['cnv_1 1']);
    expect(namesIn({ type: 'history', entries: [message(1)] })).toEqual([]);
  });
});

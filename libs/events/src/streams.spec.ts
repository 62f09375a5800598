import { expect, it } from 'vitest';
import { conversationStream, parseStream, receiptsStream, userStream } from './streams.js';

it.each([
  [conversationStream('c-1'), { category: 'conversation', id: 'c-1' }],
  [receiptsStream('c-1'), { category: 'receipts', id: 'c-1' }],
  [userStream('u1'), { category: 'user', id: 'u1' }],
  ['$stats-1', null],
  ['conversation', null],
  ['', null],
])('%j is parsed', (stream, parsed) => {
  expect(parseStream(stream)).toEqual(parsed);
});

import { expect, it } from 'vitest';
import { apps, engines, nodes } from './cells.js';
import { parseOptions, UsageError } from './options.js';

it('breaks every engine and every app when nothing else is asked for', () => {
  expect(parseOptions([])?.targets).toEqual([...engines, ...apps]);
});

it('breaks nodes in a run of their own', () => {
  expect(parseOptions(['--only', nodes.join(',')])?.targets).toEqual(nodes);
  expect(() => parseOptions(['--only', 'redis,kafka-node'])).toThrow(UsageError);
});

it('says which names there are', () => {
  expect(() => parseOptions(['--only', 'mongo'])).toThrow(/"mongo" is none of event-log, kafka/);
});

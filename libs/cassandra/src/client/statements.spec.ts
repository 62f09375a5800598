import { expect, it } from 'vitest';
import { batchesOf, deleteAt, insertAt, insertFirst, sharedBy, updateAt } from './statements.js';

const statement = (text: string) => ({ query: 'q', params: [text] });

it('writes with the position as timestamp, and room between positions', () => {
  expect(insertAt('t', ['a', 'b'])(7, 1, 'x')).toEqual({
    query: 'INSERT INTO t (a, b) VALUES (?, ?) USING TIMESTAMP ?',
    params: [1, 'x', 112],
  });
  expect(insertAt('t', ['a'], { ttlSeconds: 60 })(7, 1).query).toBe(
    'INSERT INTO t (a) VALUES (?) USING TIMESTAMP ? AND TTL 60',
  );
  expect(updateAt('t', ['b', 'c'], ['a'])(7, 'x', 'y', 1)).toEqual({
    query: 'UPDATE t USING TIMESTAMP ? SET b = ?, c = ? WHERE a = ?',
    params: [112, 'x', 'y', 1],
  });
  expect(deleteAt('t', ['a', 'b'])(7, 1, 2)).toEqual({
    query: 'DELETE FROM t USING TIMESTAMP ? WHERE a = ? AND b = ?',
    params: [112, 1, 2],
  });
  expect(deleteAt('t', ['a'])(7 + 1 / 16, 1).params).toEqual([113, 1]);
});

it('writes what is first in the log with a timestamp that falls with the position, below that of a clock', () => {
  const insert = insertFirst('t', ['a', 'b']);
  expect(insert(7, 1, 'x')).toEqual({
    query: 'INSERT INTO t (a, b) VALUES (?, ?) USING TIMESTAMP ?',
    params: [1, 'x', 999_999_999_999_993],
  });
  expect(insert(8, 1, 'y').params.at(-1)).toBe(999_999_999_999_992);
});

it('cuts the writes of a partition by number and by size, in order', () => {
  expect(batchesOf([])).toEqual([]);
  expect(batchesOf([statement('a')])).toEqual([[statement('a')]]);
  const many = Array.from({ length: 120 }, (_, i) => statement(`${i}`));
  expect(batchesOf(many).map(({ length }) => length)).toEqual([50, 50, 20]);
  expect(batchesOf(many).flat()).toEqual(many);
  const large = Array.from({ length: 5 }, () => statement('x'.repeat(100_000)));
  expect(batchesOf(large).map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(batchesOf([statement('x'.repeat(1_000_000)), statement('y')]).map(({ length }) => length)).toEqual([1, 1]);
});

it('puts small partitions together, and leaves large ones alone, in order', () => {
  const partitions = Array.from({ length: 23 }, (_, i) => [statement(`${i}`), statement(`${i} again`)]);
  const shared = sharedBy(partitions);
  expect(shared.map(({ length }) => length)).toEqual([20, 20, 6]);
  expect(shared.flat()).toEqual(partitions.flat());
  const wide = Array.from({ length: 40 }, () => statement('w'));
  expect(sharedBy([wide, wide, [statement('a')]]).map(({ length }) => length)).toEqual([40, 41]);
  const long = [statement('x'.repeat(2_500))];
  const huge = [statement('x'.repeat(100_000))];
  expect(sharedBy([long, [statement('a')], long, huge, [statement('b')]])).toEqual([
    [...long, statement('a')],
    long,
    huge,
    [statement('b')],
  ]);
  expect(sharedBy([])).toEqual([]);
});

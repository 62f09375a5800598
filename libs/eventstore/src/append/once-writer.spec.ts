import { EventLogUnavailable } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { append, derived, random, scene } from '../testing/scene.js';

describe('an append', () => {
  it('costs one attempt and no look-up while the whole stream is known', async () => {
    const { streams, index, aWriter } = scene();
    const writer = aWriter();
    for (let i = 0; i < 5; i++) {
      const expected = i === 0 ? 'none' : i - 1;
      expect(await append(writer, [derived('m', String(i))], expected)).toMatchObject({ revision: i, repeated: false });
    }
    expect(streams.calls).toEqual({ send: 5, readOn: 0, readBack: 0 });
    expect(index.asked).toBe(0);
  });

  it('costs one look-up where the index has all there is', async () => {
    const { streams, index, aWriter } = scene();
    streams.write('s', [derived('old'), ...random(99)]);
    index.advance();
    const writer = aWriter();
    expect(await append(writer, [derived('new')], 99)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(await append(writer, [derived('newer')], 100)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(streams.calls).toEqual({ send: 2, readOn: 0, readBack: 0 });
    expect(index.asked).toBe(2);
    expect(await append(writer, [derived('old')], 101)).toMatchObject({ revision: 0, repeated: true });
  });

  it('costs no look-up with ids that nobody can say twice', async () => {
    const { streams, index, aWriter } = scene();
    streams.write('s', random(2_000));
    expect(await append(aWriter(), random(2), 1_999)).toMatchObject({ revision: 2_001, repeated: false });
    expect(streams.calls).toEqual({ send: 1, readOn: 0, readBack: 0 });
    expect(index.asked).toBe(0);
  });

  it('reads what the index does not have yet', async () => {
    const { streams, index, aWriter } = scene();
    streams.write('s', random(500));
    index.advance();
    const second = derived('second');
    streams.write('s', [...random(1_500), second, ...random(1_500)]);
    const writer = aWriter();
    expect(await append(writer, [second], 'any')).toMatchObject({ revision: 2_000, repeated: true });
    expect(await append(writer, [derived('third')], 3_500)).toMatchObject({ revision: 3_501, repeated: false });
  });

  it('follows a stream that others left far behind', async () => {
    const { streams, index, aWriter } = scene();
    const writer = aWriter();
    await append(writer, [derived('first')], 'none');
    const between = derived('between');
    streams.write('s', [...random(1_000), between, ...random(5_000)]);
    index.advance(3_000);
    expect(await append(writer, [between], 'any')).toMatchObject({ revision: 1_001, repeated: true });
    expect(await append(writer, [derived('first')], 7)).toMatchObject({ revision: 0, repeated: true });
    expect(await append(writer, [derived('x')], 7)).toEqual({ outcome: 'conflict', actual: 6_001 });
    expect(await append(writer, [derived('x')], 9_999)).toEqual({ outcome: 'conflict', actual: 6_001 });
    expect(await append(writer, [derived('x')], 6_001)).toMatchObject({ revision: 6_002, repeated: false });
  });

  it('tells a conflict to a caller that is ahead of the log', async () => {
    const { streams, aWriter } = scene();
    streams.write('s', random(3));
    expect(await append(aWriter(), [derived('x')], 1_000_000)).toEqual({ outcome: 'conflict', actual: 2 });
    expect(await append(aWriter(), random(1), 1_000_000)).toEqual({ outcome: 'conflict', actual: 2 });
    expect(await append(aWriter(), [derived('x')], 'none')).toEqual({ outcome: 'conflict', actual: 2 });
    expect(await append(aWriter(), [derived('x')], 4, 'other')).toEqual({ outcome: 'conflict', actual: 'none' });
  });

  it('goes on while the index is away, by reading the stream once', async () => {
    const { streams, index, aWriter } = scene();
    const old = derived('old');
    streams.write('s', [...random(10), old, ...random(3_000)]);
    index.advance();
    index.isAway = true;
    const writer = aWriter();
    expect(await append(writer, [derived('new')], 3_010)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(await append(writer, [old], 3_011)).toMatchObject({ revision: 10, repeated: true });
    const { readBack } = streams.calls;
    expect(await append(writer, [derived('newer')], 3_011)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(streams.calls.readBack).toBe(readBack);
  });

  it('refuses rather than guesses when neither index nor stream can tell', async () => {
    const { streams, index, aWriter } = scene(undefined, { mostUnindexed: 500 });
    streams.write('s', random(602));
    index.isAway = true;
    await expect(append(aWriter(), [derived('x')], 601)).rejects.toBeInstanceOf(EventLogUnavailable);
    expect(streams.events('s')).toHaveLength(602);
    expect(await append(aWriter(), random(1), 601)).toMatchObject({ outcome: 'appended' });
  });

  it('leaves to the index what it has, and looks it up there', async () => {
    const { streams, index, aWriter } = scene({ perStream: 100, total: 100_000 });
    const writer = aWriter();
    for (let i = 0; i < 400; i++) {
      await append(writer, [derived('m', String(i))], i === 0 ? 'none' : i - 1);
      index.advance();
    }
    expect(index.asked).toBeGreaterThan(0);
    expect(await append(writer, [derived('m', '0')], 399)).toMatchObject({ revision: 0, repeated: true });
    expect(streams.events('s')).toHaveLength(400);
  });

  it('is refused beyond the queue and after closing', async () => {
    const { aWriter } = scene();
    const writer = aWriter();
    const results = await Promise.allSettled(Array.from({ length: 1_001 }, () => append(writer, random(1))));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const last = append(writer, random(1));
    const closed = writer.close();
    await expect(append(writer, random(1))).rejects.toBeInstanceOf(EventLogUnavailable);
    expect(await last).toMatchObject({ outcome: 'appended' });
    await closed;
  });
});

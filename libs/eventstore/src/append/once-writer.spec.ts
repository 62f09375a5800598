import { EventLogUnavailable } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
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
    streams.write('s', [derived('old'), ...random(999)]);
    index.advance();
    const writer = aWriter();
    expect(await append(writer, [derived('new')], 999)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(await append(writer, [derived('newer')], 1_000)).toMatchObject({ outcome: 'appended', repeated: false });
    expect(streams.calls).toEqual({ send: 2, readOn: 0, readBack: 0 });
    expect(index.asked).toBe(2);
    expect(await append(writer, [derived('old')], 1_001)).toMatchObject({ revision: 0, repeated: true });
  });

  it('reads a short stream once instead of asking for each append', async () => {
    const { streams, index, aWriter } = scene();
    streams.write('s', [derived('old'), ...random(99)]);
    index.advance();
    const writer = aWriter();
    for (let n = 0; n < 5; n++) {
      expect(await append(writer, [derived('new', String(n))], 99 + n)).toMatchObject({ outcome: 'appended' });
    }
    expect(await append(writer, [derived('old')], 104)).toMatchObject({ revision: 0, repeated: true });
    expect(streams.calls).toEqual({ send: 5, readOn: 0, readBack: 1 });
    expect(index.asked).toBe(0);
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

  it('reads a long stream back once while the index is away, also when the index had it before', async () => {
    const { streams, index, aWriter } = scene({ perStream: 6, total: 100, packed: 1_000 }, { endPage: 3 });
    const old = Array.from({ length: 50 }, (_, n) => derived('old', String(n)));
    streams.write('s', old);
    index.advance();
    const writer = aWriter();
    expect(await append(writer, [derived('before')], 49)).toMatchObject({ revision: 50 });
    index.isAway = true;
    expect(await append(writer, [derived('new', '0')], 50)).toMatchObject({ revision: 51 });
    const { readBack } = streams.calls;
    for (let n = 1; n < 30; n++) {
      expect(await append(writer, [derived('new', String(n))], 50 + n)).toMatchObject({ revision: 51 + n });
    }
    for (const n of [0, 20, 49]) {
      expect(await append(writer, [old[n]!], 80)).toMatchObject({ revision: n, repeated: true });
    }
    expect(await append(writer, [derived('new', '0')], 80)).toMatchObject({ revision: 51, repeated: true });
    expect(streams.calls.readBack).toBe(readBack);
    expect(streams.events('s')).toHaveLength(81);
  });

  it('reads none of several long streams back twice, however they take turns', async () => {
    const { streams, index, aWriter } = scene({ perStream: 20, total: 100, packed: 1_000 }, { endPage: 3 });
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      streams.write(
        name,
        Array.from({ length: 200 }, (_, n) => derived(name, String(n))),
      );
    }
    index.advance();
    index.isAway = true;
    const writer = aWriter();
    const round = async (n: number): Promise<void> => {
      for (const name of names) await append(writer, [derived(name, 'new', String(n))], 199 + n, name);
    };
    await round(0);
    const { readBack } = streams.calls;
    for (let n = 1; n < 10; n++) await round(n);
    expect(streams.calls.readBack).toBe(readBack);
  });

  it('reads nothing back of its own while the index lags far behind, and gives it up when that has it', async () => {
    const { streams, index, aWriter } = scene({ perStream: 6, total: 100, packed: 2_000 }, { endPage: 3 });
    const writer = aWriter();
    const say = (n: number, expected: number) => append(writer, [derived('m', String(n))], expected);
    await append(writer, [derived('m', '0')], 'none');
    for (let n = 1; n < 200; n++) expect(await say(n, n - 1)).toMatchObject({ revision: n, repeated: false });
    for (const n of [0, 100, 199]) expect(await say(n, 199)).toMatchObject({ revision: n, repeated: true });
    expect(streams.calls.readBack).toBe(0);
    expect(index.asked).toBe(0);
    index.advance();
    await pause(1_100);
    for (const n of [0, 100, 199]) expect(await say(n, 199)).toMatchObject({ revision: n, repeated: true });
    expect(streams.calls.readBack).toBe(0);
    expect(index.asked).toBe(2);
  });

  it('refuses rather than guesses when neither index nor stream can tell', async () => {
    const { streams, index, aWriter } = scene({ perStream: 100, total: 1_000, packed: 500 });
    streams.write('s', random(602));
    index.isAway = true;
    await expect(append(aWriter(), [derived('x')], 601)).rejects.toBeInstanceOf(EventLogUnavailable);
    expect(streams.events('s')).toHaveLength(602);
    expect(await append(aWriter(), random(1), 601)).toMatchObject({ outcome: 'appended' });
  });

  it('leaves to the index what it has, and looks it up there', async () => {
    const { streams, index, aWriter } = scene({ perStream: 100, total: 100_000, packed: 100_000 });
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

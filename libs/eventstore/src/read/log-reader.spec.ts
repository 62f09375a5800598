import type { RecordedEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../client/connection.js';
import { silentLogger } from '../testing/memory-streams.js';
import { append, derived, random, scene, type Scene } from '../testing/scene.js';
import { EventStoreReader } from './log-reader.js';
import type { Pages, StreamPage } from './pages.js';

/** A reader that remembers nothing, of the streams of a scene. Counts what it reads of `$all`. */
function aReader({ streams, aWriter }: Scene): { reader: EventStoreReader; ofAll: () => number } {
  let ofAll = 0;
  const pages = {
    stream: (name: string, { from, limit }: StreamPage): Promise<readonly RecordedEvent[]> =>
      streams.readOn(name, from as number, limit),
    all: async () => {
      ofAll++;
      return { items: [], atEnd: true };
    },
  } as unknown as Pages;
  const writer = aWriter();
  const find = (eventId: string, stream: string) => writer.find(eventId, stream);
  const reader = new EventStoreReader({ connection: {} as Connection, pages, find, logger: silentLogger });
  return { reader, ofAll: () => ofAll };
}

describe('an event by its id', () => {
  it('is found where it stands: indexed, above the index, and while the index is away', async () => {
    const play = scene({ perStream: 6, total: 100, packed: 1_000 }, { endPage: 3 });
    const events = Array.from({ length: 40 }, (_, n) => derived('said', String(n)));
    play.streams.write('s', events);
    play.index.advance(20);
    const everywhere = async (reader: EventStoreReader): Promise<void> => {
      for (const n of [0, 19, 20, 38, 39]) {
        const found = await reader.findEvent(events[n]!.eventId, 's');
        expect(found).toEqual(play.streams.events('s')[n]);
      }
      expect(await reader.findEvent(derived('never said').eventId, 's')).toBeNull();
    };
    await everywhere(aReader(play).reader);
    play.index.isAway = true;
    await everywhere(aReader(play).reader);
  });

  it('is found although others wrote it a moment ago', async () => {
    const play = scene(undefined, { endPage: 3 });
    const { reader } = aReader(play);
    const said = derived('said');
    expect(await reader.findEvent(said.eventId, 's')).toBeNull();
    await append(play.aWriter(), [derived('first')], 'any');
    expect(await reader.findEvent(said.eventId, 's')).toBeNull();
    await append(play.aWriter(), [said, ...random(5)], 'any');
    expect(await reader.findEvent(said.eventId, 's')).toMatchObject({ revision: 1 });
  });

  it('is not found in another stream than its own', async () => {
    const play = scene();
    const said = derived('said');
    play.streams.write('s', [said]);
    const { reader } = aReader(play);
    expect(await reader.findEvent(said.eventId, 's')).toMatchObject({ stream: 's' });
    expect(await reader.findEvent(said.eventId, 'other')).toBeNull();
  });

  it('costs nothing but a glance at its stream when it is not there', async () => {
    const play = scene();
    play.streams.write('elsewhere', random(5_000));
    const { reader, ofAll } = aReader(play);
    const ids = Array.from({ length: 100 }, (_, n) => derived('refused', String(n)).eventId);
    expect(await reader.findEvent(ids[0]!, 'made-up')).toBeNull();
    expect(play.streams.calls).toMatchObject({ readOn: 0, readBack: 1 });
    expect(play.index.asked).toBe(0);
    // Those that come at the same time share a look.
    await Promise.all(ids.map((id) => reader.findEvent(id, 'made-up')));
    expect(play.streams.calls.readBack + play.streams.calls.readOn).toBeLessThanOrEqual(3);
    expect(ofAll()).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { decodeEvent, decodeMetadata, encodeEvent } from './codec.js';
import type { EventMetadata, RecordedEvent } from './envelope.js';
import type { ParleyEvent } from './parley-event.js';
import { currentTypes, upcasters } from './upcasters.js';

declare global {
  interface ImportMeta {
    /** Of Vite, which runs the tests: the contents of the files that match. */
    glob<T>(pattern: string, options: { eager: true; query: '?raw'; import: 'default' }): Record<string, T>;
  }
}

/**
 * An event as it was once stored, to the byte, and what it means today. `stored` is never edited: such bytes are in
 * somebody's log. When a type gets a new version, `decoded` of the old file changes to the new form, and the new version
 * gets a file of its own. A field that came later has one beside that of its type: `TYPE.field.json`.
 */
interface Golden {
  readonly stored: { readonly type: string; readonly data: string; readonly metadata: string };
  readonly decoded: { readonly event: ParleyEvent; readonly metadata: EventMetadata };
}

/** Read as text, because not every JSON reader takes a lone surrogate: ours must. */
const texts = import.meta.glob<string>('../golden/*.json', { eager: true, query: '?raw', import: 'default' });
const files = Object.entries(texts).map(
  ([path, text]) => [path.replace('../golden/', ''), JSON.parse(text) as Golden] as const,
);

const record = (stored: Golden['stored']): RecordedEvent => ({
  ...stored,
  eventId: '00000000-0000-5000-8000-000000000001',
  time: 0,
  stream: 'conversation-cnv_01',
  revision: 0,
  position: 1,
});

describe('golden files', () => {
  it('there is one for each type that was ever stored', () => {
    const types = [...currentTypes, ...upcasters.map((upcaster) => upcaster.from)];
    const named = files.map(([name]) => name).filter((name) => name.split('.').length === 3);
    expect(named.sort()).toEqual(types.map((type) => `${type}.json`).sort());
  });
  it.each(files)('%s decodes for ever', (name, { stored, decoded }) => {
    expect(name.split('.').slice(0, 2).join('.')).toBe(stored.type);
    const recorded = record(stored);
    expect(decodeEvent(recorded).event).toStrictEqual(decoded.event);
    expect(decodeMetadata(recorded)).toStrictEqual(decoded.metadata);
  });
  it.each(files.filter(([, { stored }]) => currentTypes.has(stored.type)))(
    '%s is what is stored today',
    (_, { stored, decoded }) => {
      const encoded = encodeEvent(decoded.event, { eventId: 'e', time: 0, metadata: decoded.metadata });
      expect({ type: encoded.type, data: encoded.data, metadata: encoded.metadata }).toEqual(stored);
    },
  );
});

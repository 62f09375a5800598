import { highlight, parseQuery } from '@parley/platform';
import type {
  HistoryReader,
  MembershipReader,
  SearchOperation,
  SearchPage,
  SearchQuery,
  SearchReader,
} from '@parley/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SearchWorld, worldStart } from './search.world.js';

/** A search engine under test, empty. */
interface SearchUnderTest {
  readonly reader: SearchReader;
  /** As the projection does; everything is searchable once it resolves. */
  apply(operations: readonly SearchOperation[], checkpoint: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenSearch = (sources: {
  readonly membership: Pick<MembershipReader, 'membership' | 'conversationsOf'>;
  readonly history: Pick<HistoryReader, 'message'>;
}) => Promise<SearchUnderTest>;

type Options = Partial<Pick<SearchQuery, 'order' | 'limit' | 'from' | 'in' | 'cursor'>>;

/** A world and the engine that indexes it. */
class Bench {
  readonly world = new SearchWorld();
  #engine: SearchUnderTest | null = null;

  async open(open: OpenSearch): Promise<this> {
    this.#engine = await open(this.world);
    return this;
  }

  async index(): Promise<void> {
    await this.#engine?.apply(this.world.takeOperations(), this.world.position);
  }

  queryOf(userId: string, text: string, options: Options = {}): SearchQuery {
    const { terms, from, in: inside, before, after, hasLink, hasMention } = parseQuery(text);
    return {
      userId,
      terms,
      order: 'newest',
      limit: 20,
      hasLink,
      hasMention,
      ...(from.length === 0 ? {} : { from }),
      ...(inside.length === 0 ? {} : { in: inside }),
      ...(before === null ? {} : { before }),
      ...(after === null ? {} : { after }),
      ...options,
    };
  }

  async page(query: SearchQuery): Promise<SearchPage> {
    if (this.#engine === null) throw new Error('not open');
    return this.#engine.reader.search(query);
  }

  /** All pages of a search. */
  async all(query: SearchQuery, between?: () => Promise<void>): Promise<string[]> {
    const found: string[] = [];
    let cursor = query.cursor;
    do {
      const page: SearchPage = await this.page({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      if (page.hits.length > query.limit) throw new Error(`${page.hits.length} hits on a page of ${query.limit}`);
      found.push(...page.hits.map((hit) => `${hit.conversationId}#${hit.sequence}`));
      cursor = page.next ?? undefined;
      await between?.();
    } while (cursor !== undefined);
    return found;
  }

  async find(userId: string, text: string, options: Options = {}): Promise<string[]> {
    return this.all(this.queryOf(userId, text, options));
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }
}

const texts: Readonly<Record<string, string>> = {
  'cnv_a#1': 'The quick brown fox',
  'cnv_a#2': 'the CAFÉ is closed, see https://example.com/Menu?day=1',
  'cnv_a#3': 'quick, the brown one',
  'cnv_a#4': '東京都に行きました',
  'cnv_a#5': '한국어를 배워요',
  'cnv_a#6': 'party 🎉👍🏽 👨‍👩‍👧',
  'cnv_a#7': 'שָׁלוֹם עולם مُحَمَّد',
  'cnv_a#8': "don't foo_bar C++ ｆｕｌｌ straße",
  'cnv_a#9': 'wordy words worldwide',
  'cnv_b#1': 'quick in another room',
};

/** What every message search must do. */
export function searchContract(name: string, open: OpenSearch): void {
  describe(`${name}: finding`, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await new Bench().open(open);
      bench.world.join('cnv_a', 'usr_ann', 'usr_bob');
      bench.world.join('cnv_b', 'usr_bob');
      for (const [place, text] of Object.entries(texts)) {
        bench.world.say(place.split('#')[0] ?? '', 'usr_bob', text, text.includes('room') ? ['usr_bob'] : []);
      }
      bench.world.say('cnv_a', 'usr_ann', null);
      await bench.index();
    });
    afterAll(() => bench.close());

    it.each([
      ['quick', [3, 1]],
      ['QUICK Brown', [3, 1]],
      ['"quick brown"', [1]],
      ['brown -fox', [3]],
      ['quick -"the brown"', [1]],
      ['cafe', [2]],
      ['example.com', [2]],
      ['menu', [2]],
      ['caf', []],
      ['wor*', [9]],
      ['word*', [9]],
      ['w*', [9]],
      ['wordless*', []],
      ['東京', [4]],
      ['京都に', [4]],
      ['都', [4]],
      ['東都', []],
      ['한국', [5]],
      ['🎉', [6]],
      ['👍', [6]],
      ['👩', [6]],
      ['שלום', [7]],
      ['محمد', [7]],
      ["don't", [8]],
      ['bar', [8]],
      ['full', [8]],
      ['STRASSE', [8]],
      ['has:link', [2]],
      ['from:usr_ann', [10]],
      ['the from:usr_bob', [3, 2, 1]],
      ['nowhere', []],
    ])('%s', async (query, sequences) => {
      expect(await bench.find('usr_ann', query)).toEqual(sequences.map((sequence) => `cnv_a#${sequence}`));
    });

    it('searches all of one’s conversations, or the one named', async () => {
      expect(await bench.find('usr_bob', 'quick')).toEqual(['cnv_b#1', 'cnv_a#3', 'cnv_a#1']);
      expect(await bench.find('usr_bob', 'quick in:cnv_b')).toEqual(['cnv_b#1']);
      expect(await bench.find('usr_bob', 'has:mention')).toEqual(['cnv_b#1']);
      expect(await bench.find('usr_ann', 'quick in:cnv_b')).toEqual([]);
      expect(await bench.find('usr_ann', 'quick in:cnv_none')).toEqual([]);
      expect(await bench.find('usr_eve', 'quick')).toEqual([]);
      expect(await bench.find('usr_ann', 'quick from:usr_nobody')).toEqual([]);
    });

    it('tells as of when, and the message as it is', async () => {
      const page = await bench.page(bench.queryOf('usr_ann', 'cafe'));
      expect(page.asOf).toBe(bench.world.position);
      const hit = page.hits[0]!;
      const text = (JSON.parse(hit.message) as { content: { text: string } }).content.text;
      expect(text).toBe(texts['cnv_a#2']);
      const [mark] = highlight(text, parseQuery('cafe').terms);
      expect(text.slice(mark?.start, mark?.end)).toBe('CAFÉ');
    });

    it.each([
      '" OR 1=1 --',
      'quick) OR (text:*',
      '{x y}:z ^a NEAR(b c)',
      `${'"'.repeat(1_000)} quick`,
      '\u0000quick',
      'quick\u0000',
      "'; DROP TABLE messages; --",
      '_c1 _u1',
      `quick ${'(a'.repeat(15)}`,
      '% _ \\ quick',
      '\ud800 quick',
      `${'q'.repeat(900)}*`,
    ])('takes %j as data', async (query) => {
      const wanted = bench.queryOf('usr_ann', query);
      expect(await bench.all(wanted)).toEqual(bench.world.expected(wanted));
    });
  });

  describe(`${name}: time`, () => {
    it('keeps to days', async () => {
      const bench = await new Bench().open(open);
      bench.world.join('cnv_a', 'usr_ann');
      // A minute each: some three days.
      for (let i = 0; i < 4_400; i++) bench.world.say('cnv_a', 'usr_ann', i % 500 === 0 ? 'tick special' : 'tick');
      await bench.index();
      for (const text of [
        'special on:2026-01-02',
        'special before:2026-01-02',
        'special after:2026-01-03',
        'special after:2026-01-02 before:2026-01-04',
        'after:2026-01-04',
        'special before:2025-01-01',
        'special after:2027-01-01',
      ]) {
        const query = bench.queryOf('usr_ann', text, { limit: 100 });
        expect([text, ...(await bench.all(query))]).toEqual([text, ...bench.world.expected(query)]);
      }
      expect(worldStart).toBe(Date.UTC(2026, 0, 1));
      await bench.close();
    });
  });

  describe(`${name}: who may see what`, () => {
    it('follows membership at once, and only within one’s windows', async () => {
      const bench = await new Bench().open(open);
      const { world } = bench;
      world.join('cnv_a', 'usr_ann', 'usr_bob');
      world.say('cnv_a', 'usr_ann', 'word one');
      world.join('cnv_a', 'usr_cat');
      world.say('cnv_a', 'usr_ann', 'word two');
      await bench.index();
      expect(await bench.find('usr_cat', 'word')).toEqual(['cnv_a#2']);
      world.leave('cnv_a', 'usr_cat');
      expect(await bench.find('usr_cat', 'word')).toEqual([]);
      world.say('cnv_a', 'usr_ann', 'word three');
      world.join('cnv_a', 'usr_cat');
      world.say('cnv_a', 'usr_ann', 'word four');
      await bench.index();
      expect(await bench.find('usr_cat', 'word')).toEqual(['cnv_a#4', 'cnv_a#2']);
      expect(await bench.find('usr_bob', 'word', { limit: 1 })).toEqual(['cnv_a#4', 'cnv_a#3', 'cnv_a#2', 'cnv_a#1']);
      await bench.close();
    });

    it('finds past a long stretch that is not one’s own to see', async () => {
      const bench = await new Bench().open(open);
      const { world } = bench;
      for (let room = 0; room < 70; room++) {
        world.join(`cnv_${room}`, 'usr_ann', 'usr_bob');
        world.say(`cnv_${room}`, 'usr_bob', 'common early');
        world.leave(`cnv_${room}`, 'usr_ann');
        for (let i = 0; i < 20; i++) world.say(`cnv_${room}`, 'usr_bob', 'common late');
        world.join(`cnv_${room}`, 'usr_ann');
      }
      await bench.index();
      for (const order of ['newest', 'relevance'] as const) {
        const query = bench.queryOf('usr_ann', 'common', { order, limit: 7 });
        expect([...(await bench.all(query))].sort()).toEqual([...world.expected(query)].sort());
      }
      await bench.close();
    });
  });

  describe(`${name}: changes`, () => {
    it('finds the new words of an edit and not the old ones, and nothing of a deletion', async () => {
      const bench = await new Bench().open(open);
      const { world } = bench;
      world.join('cnv_a', 'usr_ann');
      for (let i = 0; i < 100; i++) world.say('cnv_a', 'usr_ann', `number ${i} old`);
      await bench.index();
      world.edit('cnv_a', 40, 'changed https://new.example');
      world.edit('cnv_a', 40, 'changed twice', ['usr_ann']);
      world.remove('cnv_a', 50);
      world.say('cnv_a', 'usr_ann', 'fresh');
      world.edit('cnv_a', 101, 'fresher');
      // Before the index follows, history already says so.
      expect(await bench.find('usr_ann', '"number 39"')).toEqual([]);
      expect(await bench.find('usr_ann', '"number 49"')).toEqual([]);
      await bench.index();
      expect(await bench.find('usr_ann', '"number 39"')).toEqual([]);
      expect(await bench.find('usr_ann', 'changed')).toEqual(['cnv_a#40']);
      expect(await bench.find('usr_ann', 'has:mention')).toEqual(['cnv_a#40']);
      expect(await bench.find('usr_ann', 'has:link')).toEqual([]);
      expect(await bench.find('usr_ann', '"number 49"')).toEqual([]);
      expect(await bench.find('usr_ann', 'fresh')).toEqual([]);
      expect(await bench.find('usr_ann', 'fresher')).toEqual(['cnv_a#101']);
      world.edit('cnv_a', 40, 'number 39 again');
      world.remove('cnv_a', 40);
      await bench.index();
      expect(await bench.find('usr_ann', 'changed')).toEqual([]);
      expect(await bench.find('usr_ann', 'again')).toEqual([]);
      await bench.close();
    });

    it('pages without gap or repeat while new messages come', async () => {
      const bench = await new Bench().open(open);
      const { world } = bench;
      world.join('cnv_a', 'usr_ann');
      for (let i = 0; i < 50; i++) world.say('cnv_a', 'usr_ann', `tick ${'x '.repeat(i % 7)}`);
      await bench.index();
      for (const order of ['newest', 'relevance'] as const) {
        const query = bench.queryOf('usr_ann', 'tick', { order, limit: 7 });
        const before = world.expected(query);
        const found = await bench.all(query, async () => {
          world.say('cnv_a', 'usr_ann', 'tick new');
          await bench.index();
        });
        expect(new Set(found).size).toBe(found.length);
        expect([...found].sort()).toEqual([...before].sort());
      }
      await bench.close();
    });

    it('orders by relevance, the newer first among equals', async () => {
      const bench = await new Bench().open(open);
      const { world } = bench;
      world.join('cnv_a', 'usr_ann');
      world.say('cnv_a', 'usr_ann', 'tea');
      world.say('cnv_a', 'usr_ann', 'tea and a great many other things that one may drink in the afternoon');
      world.say('cnv_a', 'usr_ann', 'tea tea');
      world.say('cnv_a', 'usr_ann', 'tea');
      await bench.index();
      for (const limit of [1, 2, 20]) {
        const found = await bench.find('usr_ann', 'tea', { order: 'relevance', limit });
        expect(found).toEqual(['cnv_a#3', 'cnv_a#4', 'cnv_a#1', 'cnv_a#2']);
      }
      await bench.close();
    });
  });

  describe(`${name}: against the plain search`, () => {
    const people = ['usr_ann', 'usr_bob', 'usr_cat'];
    const rooms = ['cnv_a', 'cnv_b', 'cnv_c'];
    const person = fc.constantFrom(...people);
    const room = fc.constantFrom(...rooms);
    const words = ['tea', 'Tée', 'teapot', 'cup', 'a', '東京', '東', '京都', '👍🏽', "don't", 'www.tea.org', '한국', 'ß'];
    const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' '));
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ do: fc.constant('say' as const), room, person, text, mention: fc.boolean() }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), room, at: fc.nat(40), text }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), room, at: fc.nat(40) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), room, person }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), room, person }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('index' as const) }) },
    );
    const part = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(...words).map((word) => `-${word}`),
      fc.constantFrom('te*', 't*', '東*', '-tea*', '"tea cup"', '"東京 tea"', '"a tea*"', 'has:link', 'has:mention'),
      person.map((id) => `from:${id}`),
      room.map((id) => `in:${id}`),
    );
    const question = fc.record({
      person,
      query: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
      limit: fc.integer({ min: 1, max: 6 }),
    });

    it('finds the same, in the same order, whatever happened', async () => {
      const seed = Date.now() % 2 ** 31;
      const steps = fc.array(step, { minLength: 1, maxLength: 120 });
      const questions = fc.array(question, { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(steps, questions, async (steps, questions) => {
          const bench = await new Bench().open(open);
          const { world } = bench;
          try {
            for (const room of rooms) world.join(room, 'usr_ann');
            for (const one of steps) {
              switch (one.do) {
                case 'say':
                  world.say(one.room, one.person, one.text, one.mention ? ['usr_ann'] : []);
                  break;
                case 'edit':
                  world.edit(one.room, one.at, one.text);
                  break;
                case 'remove':
                  world.remove(one.room, one.at);
                  break;
                case 'join':
                  world.join(one.room, one.person);
                  break;
                case 'leave':
                  world.leave(one.room, one.person);
                  break;
                case 'index':
                  await bench.index();
                  break;
              }
            }
            await bench.index();
            for (const { person, query, limit } of questions) {
              const newest = bench.queryOf(person, query, { limit });
              expect(await bench.all(newest)).toEqual(world.expected(newest));
              const ranked = await bench.find(person, query, { limit, order: 'relevance' });
              expect([...ranked].sort()).toEqual([...world.expected(newest)].sort());
            }
          } finally {
            await bench.close();
          }
        }),
        { numRuns: 40, seed },
      );
    }, 120_000);
  });
}

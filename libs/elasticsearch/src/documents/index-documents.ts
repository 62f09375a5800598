import type { Client } from '@elastic/elasticsearch';
import { tokenText } from '@parley/platform/search';
import { asked } from '../engine/failure.js';
import type { Generation } from '../generations/generations.js';
import type { SearchDocument } from './search-document.js';

const requestTimeout = 10_000;

/** A message as the index has it. */
export interface IndexedMessage {
  readonly position: number;
  readonly sequence: number;
  /** Nothing more is kept of a removed message: empty, 0 and no words. */
  readonly senderId: string;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** Folded tokens, each once. */
  readonly words: readonly string[];
  readonly hasMention: boolean;
}

const wordsIn = (tokens: string): readonly string[] => [...new Set(tokens.split(' ').filter((token) => token !== ''))];

/** Everything that one generation holds, for whoever checks it: no windows are applied. */
export class IndexDocuments {
  constructor(
    private readonly client: Client,
    private readonly generation: Generation,
  ) {}

  /** Of one conversation, in the order of its messages; `after`: a position. 0 sees all that was written until now. */
  async page(conversationId: string, after: number, limit: number): Promise<readonly IndexedMessage[]> {
    const { index } = this.generation;
    if (after === 0) await asked('refresh', this.client.indices.refresh({ index }, { requestTimeout }));
    const found = await asked(
      'messages',
      this.client.search<SearchDocument>(
        {
          index,
          routing: conversationId,
          size: limit,
          query: { bool: { filter: [{ term: { conversationId } }, { range: { position: { gt: after } } }] } },
          sort: [{ position: 'asc' }],
        },
        { requestTimeout },
      ),
    );
    return found.hits.hits.flatMap(({ _source }) => (_source === undefined ? [] : [messageOf(_source)]));
  }

  /** Do these words, each of them, lead to the message of this position? Without words: no. */
  async finds(position: number, words: readonly string[]): Promise<boolean> {
    if (words.length === 0) return false;
    const filter = [{ term: { position } }, ...words.map((tokens) => ({ term: { tokens } }))];
    const query = { bool: { filter, must_not: [{ term: { deleted: true } }] } };
    const { index } = this.generation;
    const { count } = await asked('search', this.client.count({ index, query }, { requestTimeout }));
    return count > 0;
  }

  /** The words by which a text is found. */
  wordsOf(text: string): readonly string[] {
    return wordsIn(tokenText(text));
  }
}

const messageOf = ({ position, sequence, senderId, time, tokens, mention }: SearchDocument): IndexedMessage => ({
  position,
  sequence,
  senderId: senderId ?? '',
  time: time ?? 0,
  words: wordsIn(tokens ?? ''),
  hasMention: mention ?? false,
});

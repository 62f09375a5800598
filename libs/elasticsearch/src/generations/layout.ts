import type { estypes } from '@elastic/elasticsearch';

export interface LayoutOptions {
  /** Fixed when a generation is made: more need a rebuild. */
  readonly shards: number;
  /** Copies beside each shard; `auto`: one as soon as there is a second node. */
  readonly replicas: number | 'auto';
  /** Between what is written and what is found, in milliseconds. */
  readonly refreshMs: number;
}

/** Characters of prefixes that have postings of their own: cheap to ask for, however many words begin so. */
export const maxIndexedPrefix = 3;

/**
 * One document a message. `tokens` is tokenText() of its text: cut at white space alone, because folding and cutting
 * are ours; positions make phrases, norms would only serve scores that are not used.
 *
 * Documents lie newest first on disk (index sort): the newest matches are the first ones met, and a search ends there.
 * Therefore `position` is what pages go by. A conversation is kept twice over: as postings, which a few conversations
 * are found by, and as a column, which thousands are checked by while words propose.
 */
const properties: Record<string, estypes.MappingProperty> = {
  conversationId: {
    type: 'keyword',
    doc_values: false,
    fields: { column: { type: 'keyword', index: false } },
  },
  sequence: { type: 'long', index: false },
  position: { type: 'long' },
  senderId: { type: 'keyword', doc_values: false },
  time: { type: 'long' },
  link: { type: 'boolean', doc_values: false },
  mention: { type: 'boolean', doc_values: false },
  deleted: { type: 'boolean', doc_values: false },
  tokens: {
    type: 'text',
    analyzer: 'whitespace',
    norms: false,
    index_options: 'positions',
    index_prefixes: { min_chars: 1, max_chars: maxIndexedPrefix },
  },
};

export const messageTemplate = (options: LayoutOptions): estypes.IndicesPutIndexTemplateIndexTemplateMapping => ({
  settings: {
    number_of_shards: options.shards,
    ...liveSettings(options),
    sort: { field: 'position', order: 'desc' },
  },
  mappings: { dynamic: 'strict', properties },
});

/** Named, the interval also keeps an index that nobody searches from not being refreshed. */
export const liveSettings = ({ replicas, refreshMs }: LayoutOptions): estypes.IndicesIndexSettings => ({
  refresh_interval: `${refreshMs}ms`,
  ...(replicas === 'auto'
    ? { auto_expand_replicas: '0-1' }
    : { auto_expand_replicas: 'false', number_of_replicas: replicas }),
});

/** While it is filled nobody searches it, and its copies are made once it is full. */
export const buildSettings: estypes.IndicesIndexSettings = {
  refresh_interval: '-1',
  auto_expand_replicas: 'false',
  number_of_replicas: 0,
};

/** How far each partition is, and events that could not be applied: small, read by id. */
export const progressTemplate = ({ replicas }: LayoutOptions): estypes.IndicesPutIndexTemplateIndexTemplateMapping => ({
  settings: { number_of_shards: 1, ...liveSettings({ shards: 1, replicas, refreshMs: 1_000 }) },
  mappings: {
    dynamic: 'strict',
    properties: {
      kind: { type: 'keyword' },
      generation: { type: 'keyword' },
      lane: { type: 'keyword' },
      position: { type: 'long' },
      stream: { type: 'keyword', index: false, doc_values: false },
      type: { type: 'keyword', index: false, doc_values: false },
      reason: { type: 'keyword', index: false, doc_values: false },
      parkedAt: { type: 'long', index: false },
    },
  },
});

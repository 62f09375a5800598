import type { Mutant, Suite } from '../mutant.js';

const models: Suite = { project: 'integration', paths: ['test/contract/read-models.embedded.spec.ts'] };
const search: Suite = { project: 'integration', paths: ['test/contract/search.embedded.spec.ts'] };
const merge: Suite = { project: 'unit', paths: ['libs/redis/src/deliveries'] };

export const readSideMutants: readonly Mutant[] = [
  {
    name: 'checkpoint-before-write',
    breaks: 'rows and checkpoint move together',
    file: 'libs/embedded/src/read-models/files/sqlite-store.ts',
    find: "this.db.exec('BEGIN IMMEDIATE');\n    try {\n      this.#writer.write(operations);\n      also();",
    replace: "also();\n    this.db.exec('BEGIN IMMEDIATE');\n    try {\n      this.#writer.write(operations);",
    suite: models,
  },
  {
    name: 'search-forgets-a-delete',
    breaks: 'what was deleted is not found',
    file: 'apps/projector/src/search/evolve.ts',
    find: "{ type: 'remove-message', position, conversationId: id, sequence },",
    replace: '',
    suite: { project: 'unit', paths: ['apps/projector/src/search'] },
  },
  {
    name: 'late-edit-wins',
    breaks: 'a late edit does not overwrite a newer one',
    file: 'libs/embedded/src/search/search-writer.ts',
    find: 'position <= row.changed || ',
    replace: '',
    suite: search,
  },
  {
    name: 'removed-member-stays',
    breaks: 'who was removed sees nothing after it',
    file: 'apps/projector/src/membership/evolve.ts',
    find: "{ type: 'close', ...at(place), userId, state: 'removed', untilSequence: afterSequence },",
    replace: '',
    suite: { project: 'unit', paths: ['apps/projector/src'] },
  },
  {
    name: 'relay-skips-on-reconnect',
    breaks: 'the relay repeats rather than skips',
    file: 'apps/projector/src/relay/relay.ts',
    find: 'return Math.min(filled, lastPosition);',
    replace: 'return lastPosition;',
    suite: { project: 'unit', paths: ['apps/projector/src/relay'] },
  },
  {
    name: 'hole-in-topic-passes',
    breaks: 'a hole never passes unnoticed',
    file: 'libs/kafka/src/feed/stretch.ts',
    find: 'if (record.after > checkpoint) {',
    replace: 'if (record.after > checkpoint + 1) {',
    suite: { project: 'unit', paths: ['libs/kafka/src/feed'] },
  },
  {
    name: 'merge-hides-a-gap',
    breaks: 'a gap is never hidden',
    file: 'libs/redis/src/deliveries/delivery-merge.ts',
    find: 'if (previous > heard) this.#lose(Math.min(previous, position));',
    replace: '',
    suite: merge,
  },
  {
    name: 'publish-before-history',
    breaks: 'what is pushed can be read',
    file: 'apps/projector/src/runner/start-projector.ts',
    find: 'await spanning(applying, this.#applyTo(inStep.filter(isCore), batch))',
    replace:
      'await spanning(applying, Promise.race([this.#applyTo(inStep.filter(isCore), batch), Promise.resolve([])]))',
    suite: { project: 'unit', paths: ['apps/projector/src/runner'] },
  },
  {
    name: 'unread-counted-twice',
    breaks: 'unread is exact',
    file: 'libs/events/src/unread.ts',
    find: 'sum + part.to - part.from + 1',
    replace: 'sum + 2 * (part.to - part.from + 1)',
    suite: { project: 'unit', paths: ['libs/events/src'] },
  },
  {
    name: 'order-by-clock',
    breaks: 'everybody sees the order of the sequences',
    file: 'libs/embedded/src/read-models/history/history-rows.ts',
    find: 'WHERE conversation = ? AND sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?',
    replace:
      "WHERE conversation = ? AND sequence BETWEEN ? AND ? ORDER BY json_extract(body, '$.time'), sequence LIMIT ?",
    suite: { project: 'integration', paths: ['test/contract/read-models.embedded.spec.ts'] },
  },
];

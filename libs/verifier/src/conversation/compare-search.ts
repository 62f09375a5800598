import { conversationStream, type ParleyEvent } from '@parley/events';
import type { Findings } from '../findings.js';
import { readStream } from '../log/read-stream.js';
import type { LogSource, SearchSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';
import type { TimedChange } from './message-fold.js';

const pageSize = 500;
/** More of a message is not asked for in one search. */
const wordsAsked = 4;
/** Messages of a conversation that were never changed and are looked for by their words; changed ones always are. */
const unchangedAsked = 50;

type Sent = Extract<ParleyEvent, { type: 'MessageSent.v1' }>['data'];

/**
 * S: every message is in the index with its words, and by looking: words lead to it (a bounded number for each
 * conversation), and none that were edited away or deleted do.
 */
export async function compareSearch(
  fold: ConversationFold,
  log: LogSource,
  search: SearchSource | null,
  findings: Findings,
): Promise<void> {
  const { id } = fold;
  const found = search === null ? null : documentsOf(search, id);
  let document = found?.next().value;
  let unchanged = 0;
  for await (const page of readStream(log, conversationStream(id))) {
    for (const { event, recorded } of page) {
      if (event.type !== 'MessageSent.v1') continue;
      const { sequence, senderId } = event.data;
      for (; document !== undefined && document.sequence < sequence; document = found?.next().value) {
        findings.compare('S', id, `message ${document.sequence}`, undefined, document);
      }
      const { now, before, hasMention } = textsOf(event.data, fold.changes.get(sequence) ?? []);
      const words = wordsOf(search, now);
      const due = { senderId, time: recorded.time, words, hasMention };
      if (search === null || document?.sequence !== sequence) {
        findings.compare('S', id, `message ${sequence}`, due, undefined);
        continue;
      }
      const { position, ...is } = document;
      findings.compare('S', id, `message ${sequence}`, { sequence, ...due }, is);
      if (before.length > 0 || unchanged++ < unchangedAsked)
        compareIndex(search, position, words, before, (what, expected, leads) =>
          findings.compare('S', id, `message ${sequence} by ${what}`, expected, leads),
        );
      document = found?.next().value;
    }
  }
  for (; document !== undefined; document = found?.next().value) {
    findings.compare('S', id, `message ${document.sequence}`, undefined, document);
  }
}

const wordsOf = (search: SearchSource | null, text: string | null): readonly string[] =>
  text === null ? [] : (search?.wordsOf(text) ?? []);

function compareIndex(
  search: SearchSource,
  position: number,
  words: readonly string[],
  before: readonly string[],
  compare: (what: string, expected: string, found: string) => void,
): void {
  const leads = (asked: readonly string[]): string => (search.finds(position, asked) ? 'found' : 'not found');
  const asked = words.slice(0, wordsAsked);
  if (asked.length > 0) compare(`"${asked.join(' ')}"`, 'found', leads(asked));
  const gone = new Set(before.flatMap((text) => search.wordsOf(text)));
  for (const word of words) gone.delete(word);
  for (const word of [...gone].slice(0, wordsAsked)) compare(`"${word}"`, 'not found', leads([word]));
}

function* documentsOf(
  search: SearchSource,
  id: string,
): Generator<ReturnType<SearchSource['page']>[number], undefined> {
  for (let after = 0; ;) {
    const page = search.page(id, after, pageSize);
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = last.position;
  }
}

/** What a message says now, null: nothing that can be searched; and what it said before. */
function textsOf(
  { content, mentions = [] }: Sent,
  changes: readonly TimedChange[],
): { readonly now: string | null; readonly before: readonly string[]; readonly hasMention: boolean } {
  const texts: (string | null)[] = [textOf(content)];
  let hasMention = mentions.length > 0;
  for (const { change } of changes) {
    if (change.type === 'MessageDeleted.v1') {
      return { now: null, before: texts.filter((text) => text !== null), hasMention: false };
    }
    if (change.type !== 'MessageEdited.v1') continue;
    texts.push(textOf(change.data.content));
    hasMention = (change.data.mentions ?? []).length > 0;
  }
  const now = texts.at(-1) ?? null;
  return { now, before: texts.slice(0, -1).filter((text) => text !== null), hasMention };
}

const textOf = (content: Sent['content']): string | null => (content.type === 'text.v1' ? content.text : null);

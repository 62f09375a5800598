import { useSignal } from '@preact/signals';
import type { SearchHitView } from '@parley/client';
import { useEffect, useRef } from 'preact/hooks';
import { call, item, nameOf, titleOf } from '../model/chat.js';
import { go, pathTo } from '../model/router.js';
import { MessageText } from './text.js';
import { fullTime, shortTime } from './times.js';

const modifiers = ['from:me', 'from:@', 'on:', 'after:', 'before:', 'has:link', 'has:mention', '"…"', '-'];

/**
 * Search in all conversations. What is looked for stands in the address, so that going to a message and back comes back
 * to what was found.
 */
export function SearchPage({ parts }: { readonly parts: readonly string[] }) {
  const query = parts[0] ?? '';
  const order = parts[1] === 'relevance' ? 'relevance' : 'newest';
  const hits = useSignal<readonly SearchHitView[]>([]);
  const cursor = useSignal<string | null>(null);
  const note = useSignal('');
  const input = useRef<HTMLInputElement>(null);

  const read = async (from: string | null): Promise<void> => {
    note.value = 'Searching …';
    try {
      const page = await call.search(query, from, order);
      hits.value = from === null ? page.data : [...hits.value, ...page.data];
      cursor.value = page.nextCursor;
      const count = `${hits.value.length}${page.hasMore ? ' or more' : ''}`;
      const state = page.state === 'indexing' ? ' The newest messages cannot be found yet.' : '';
      note.value = (hits.value.length === 0 ? 'Nothing found.' : `${count} found.`) + state;
    } catch (error) {
      note.value = (error as Error).message;
    }
  };
  useEffect(() => {
    hits.value = [];
    cursor.value = null;
    note.value = '';
    if (query === '') input.current?.focus();
    else void read(null);
  }, [query, order]);

  return (
    <>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = input.current?.value.trim() ?? '';
          if (wanted !== '') go('search', wanted, order);
        }}
      >
        <label>
          Search messages
          <span class="line">
            <input ref={input} type="search" key={query} defaultValue={query} maxLength={1000} />
            <button type="submit" class="primary">
              Search
            </button>
          </span>
        </label>
        <div class="chips" role="group" aria-label="Add to the search">
          {modifiers.map((modifier) => (
            <button
              key={modifier}
              type="button"
              onClick={() => {
                if (input.current === null) return;
                input.current.value = `${input.current.value.trimEnd()} ${modifier}`.trimStart();
                input.current.focus();
              }}
            >
              {modifier}
            </button>
          ))}
        </div>
      </form>
      {query !== '' && (
        <p class="line">
          <span role="status">{note}</span>
          <a href={pathTo('search', query, order === 'newest' ? 'relevance' : 'newest')}>
            {order === 'newest' ? 'Best first' : 'Newest first'}
          </a>
        </p>
      )}
      <ol class="hits">
        {hits.value.map((hit) => (
          <Hit key={`${hit.conversationId}/${hit.sequence}`} hit={hit} />
        ))}
      </ol>
      {cursor.value !== null && (
        <button type="button" onClick={() => void read(cursor.value)}>
          More
        </button>
      )}
    </>
  );
}

function Hit({ hit: { conversationId, sequence, message, highlights } }: { readonly hit: SearchHitView }) {
  const row = item(conversationId);
  return (
    <li>
      <a href={pathTo('c', conversationId, sequence)}>
        <span class="soft">
          <strong>{nameOf(message.senderId)}</strong> in {row === undefined ? '…' : titleOf(row)},{' '}
          <time dateTime={message.time} title={fullTime(message.time)}>
            {shortTime(message.time)}
          </time>
        </span>
        <span class="text">
          <MessageText message={message} highlights={highlights} />
        </span>
      </a>
    </li>
  );
}

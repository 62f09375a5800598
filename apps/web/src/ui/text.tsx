import type { MessageView } from '@parley/client';
import { nameOf, person } from '../model/chat.js';

const address = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

export interface Highlight {
  readonly start: number;
  readonly end: number;
}

/** What a message says, for one line of text. */
export function plainText(message: MessageView): string {
  if (message.content === undefined) return 'Message deleted';
  return message.content.type === 'text.v1' ? message.content.text : 'End-to-end encrypted message';
}

/**
 * The text of a message as nodes: never as HTML. Addresses of http and https become links that tell nobody where one
 * came from; mentions and what a search found are marked.
 */
export function MessageText({ message, highlights = [] }: { message: MessageView; highlights?: readonly Highlight[] }) {
  if (message.content?.type !== 'text.v1') return <em class="soft">{plainText(message)}</em>;
  const { text } = message.content;
  if (highlights.length > 0) return <>{marked(text, highlights)}</>;
  const parts: preact.ComponentChild[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    parts.push(...withMentions(text.slice(from, match.index), message.mentions));
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow ugc">
        {match[0]}
      </a>,
    );
    from = match.index + match[0].length;
  }
  parts.push(...withMentions(text.slice(from), message.mentions));
  return <>{parts}</>;
}

function marked(text: string, highlights: readonly Highlight[]): preact.ComponentChild[] {
  const parts: preact.ComponentChild[] = [];
  let from = 0;
  for (const { start, end } of highlights) {
    if (start < from) continue;
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}

function withMentions(text: string, mentions: readonly string[] = []): (string | preact.JSX.Element)[] {
  const names = mentions.flatMap((id) => {
    const username = person(id)?.username;
    return username === undefined ? [] : [{ id, sign: `@${username}` }];
  });
  let parts: (string | preact.JSX.Element)[] = [text];
  for (const { id, sign } of names) {
    parts = parts.flatMap((part) =>
      typeof part !== 'string'
        ? [part]
        : part.split(sign).flatMap((piece, index) =>
            index === 0
              ? [piece]
              : [
                  <strong key={`${id}${index}`} class="mention-name" title={nameOf(id)}>
                    {sign}
                  </strong>,
                  piece,
                ],
          ),
    );
  }
  return parts;
}

import type { NoticeView } from '@parley/client';
import { nameOf } from '../model/chat.js';
import { fullTime } from './times.js';

/** A system message. */
export function NoticeLine({ notice }: { readonly notice: NoticeView }) {
  return (
    <p class="notice soft" data-line id={`n${notice.position}`} title={fullTime(notice.time)}>
      {sentence(notice)}
    </p>
  );
}

function sentence({ type, actorId, userId, title, role }: NoticeView): string {
  const actor = nameOf(actorId);
  const other = userId === undefined ? 'somebody' : nameOf(userId);
  switch (type) {
    case 'started':
      return `${actor} started the conversation`;
    case 'renamed':
      return `${actor} named it “${title ?? ''}”`;
    case 'described':
      return `${actor} changed the description`;
    case 'added':
      return `${actor} added ${other}`;
    case 'joined':
      return `${userId === undefined ? actor : other} joined`;
    case 'left':
      return `${userId === undefined ? actor : other} left`;
    case 'removed':
      return `${actor} removed ${other}`;
    case 'role_changed':
      return `${actor} made ${other} ${role === 'admin' ? 'an admin' : 'a member'}`;
    case 'ownership_transferred':
      return `${actor} made ${other} the owner`;
    default:
      return type satisfies never;
  }
}

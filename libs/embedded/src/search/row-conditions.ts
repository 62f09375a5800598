import { needleOf } from '@parley/platform/search';
import type { ScanRequest } from './scan-request.js';
import { flag } from './search-rows.js';

/** A condition on a row `m` of messages, with its values. */
export interface RowConditions {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/**
 * What decides whether a proposed message is found, in SQL so that it is decided where the rows are: cheap conditions
 * first. `conversations`, `senders`: numbers; null: any.
 */
export function rowConditions(
  request: ScanRequest,
  conversations: readonly number[] | null,
  senders: readonly number[] | null,
): RowConditions {
  const parts: string[] = [`(m.flags & ${flag.removed}) = 0`];
  const values: (string | number)[] = [];
  const add = (sql: string, value: string | number): void => {
    parts.push(sql);
    values.push(value);
  };
  if (request.hasLink) parts.push(`(m.flags & ${flag.link}) <> 0`);
  if (request.hasMention) parts.push(`(m.flags & ${flag.mention}) <> 0`);
  if (conversations !== null) {
    add('m.conversation IN (SELECT value FROM json_each(?))', JSON.stringify(conversations));
  }
  if (senders !== null) add('m.sender IN (SELECT value FROM json_each(?))', JSON.stringify(senders));
  if (request.before !== null) add('m.time < ?', request.before);
  if (request.after !== null) add('m.time >= ?', request.after);
  for (const term of request.terms) add(`instr(m.tokens, ?) ${term.exclude ? '=' : '>'} 0`, needleOf(term));
  return { sql: parts.join(' AND '), values };
}

import { closeCodes, type ErrorCode, errors } from '@parley/protocol';
import { code, pageOf, table } from './markdown.js';

const families: readonly (readonly [hundreds: number, title: string])[] = [
  [1, 'What was sent cannot be read'],
  [2, 'Who you are is not known'],
  [3, 'Not there, or not yours'],
  [4, 'The rules of conversations and accounts'],
  [5, 'Limits of size and number'],
  [6, 'The service cannot do it now'],
];

/** Every error and close code with its cause and cure. */
export function errorsReference(): Promise<string> {
  const sections = families.map(([hundreds, title]) => {
    const codes = (Object.keys(errors) as ErrorCode[]).filter(
      (one) => Math.floor(errors[one].number / 100) === hundreds,
    );
    const rows = codes.map((one) => {
      const { number, status, retryable, cause, cure } = errors[one];
      return [code(one), number, status, retryable ? 'yes' : 'no', cause, cure];
    });
    return `## ${title}\n\n${table(['Code', 'Number', 'HTTP', 'Retry', 'Cause', 'Cure'], rows)}`;
  });
  const closes = Object.entries(closeCodes).map(([reason, row]) => [
    row.code,
    code(reason),
    row.reconnect ? 'reconnect' : 'stop',
    row.meaning,
  ]);
  return pageOf(
    'Errors and close codes',
    'Codes are stable: never renamed, never reused. REST answers a problem document (RFC 9457) whose `code` is one of these and whose `type` opens its section on the server’s own page `/docs/errors`; sockets send an `error` frame with `code` and `number`. “Retry” says whether the same request may succeed later.',
    ...sections,
    '## Close codes of sockets',
    '4000 to 4499: reconnect and resume from the last cursor. 4500 to 4999: stop.',
    table(['Code', 'Reason', 'What to do', 'Meaning'], closes),
  );
}

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLog } from './parse-log.js';
import { logOf } from './samples.js';

describe('parseLog', () => {
  it('reads every form of line, in order', () => {
    const log = logOf(
      '=== ann [~ann@host.example]  has joined #channel',
      '[09:14] <ann> hello, world',
      '[09:14] <bob> ann: hello to you',
      '[09:15]  * bob waves',
      '=== bob is now known as bob|away',
      '=== ann shrugs and goes',
      '=== ann [~ann@host.example]  has left #channel ["Leaving"]',
    );
    expect(log.entries).toEqual([
      { kind: 'join', line: 1, nick: 'ann' },
      { kind: 'message', line: 2, time: '09:14', nick: 'ann', text: 'hello, world' },
      { kind: 'message', line: 3, time: '09:14', nick: 'bob', text: 'ann: hello to you', addressedTo: 'ann' },
      { kind: 'action', line: 4, time: '09:15', nick: 'bob', text: 'waves' },
      { kind: 'rename', line: 5, from: 'bob', to: 'bob|away' },
      { kind: 'action', line: 6, nick: 'ann', text: 'shrugs and goes' },
      { kind: 'leave', line: 7, nick: 'ann' },
    ]);
    expect(log).toMatchObject({ date: '2006-01-02', lines: 7, skipped: [], notUtf8: [] });
  });

  it('skips what nobody said, with the reason', () => {
    const log = logOf(
      '=== mode/#channel [+o ann]  by ChanServ',
      '=== ..[topic/#channel:ann] : Welcome',
      '=== netjoined: irc.example -> other.example',
      '',
      '[01:09] (ann/#channel) elsewhere',
      '[01:09] <two words> hello',
    );
    expect(log.entries).toEqual([]);
    expect(log.skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'channel mode'],
      [2, 'channel topic'],
      [3, 'network notice'],
      [4, 'unknown form'],
      [5, 'unknown form'],
      [6, 'not a nick'],
    ]);
    expect(log.skipped[4]?.text).toBe('[01:09] (ann/#channel) elsewhere');
  });

  it('takes the space out that old logs put after a closing bracket of a nick', () => {
    const log = logOf(
      '=== cat[1]  [n=cat@host]  has joined #Channel',
      '[05:00] <cat[1] > hello',
      '[05:00] <a[b] c> hello',
      '=== cat[1]  is now known as [x] y',
      '=== a[b] c purrs at cat[1] ',
      '=== [x]  purrs',
    );
    expect(log.entries.map((entry) => ('nick' in entry ? entry.nick : [entry.from, entry.to]))).toEqual([
      'cat[1]',
      'cat[1]',
      'a[b]c',
      ['cat[1]', '[x]y'],
      'a[b]c',
      '[x]',
    ]);
    expect(log.entries[4]).toMatchObject({ kind: 'action', text: 'purrs at cat[1] ' });
  });

  it('keeps texts as they are: empty, blank, with signs of other lines', () => {
    const log = logOf(
      '[05:00] <ann>',
      '[05:00] <ann>  ',
      '[05:00] <ann>   > === x has left',
      '[05:00] <ann> a\u2028b\u0008',
    );
    expect(log.entries.map((entry) => 'text' in entry && entry.text)).toEqual([
      '',
      ' ',
      '  > === x has left',
      'a\u2028b\u0008',
    ]);
  });

  it('takes as addressed only people of the log, whatever their case', () => {
    const log = logOf('[05:00] <Ann[1]> well: no', '[05:01] <bob> ann{1}: yes', '[05:01] <bob> ann[1]:no space');
    expect(log.entries.map((entry) => entry.kind === 'message' && entry.addressedTo)).toEqual([
      undefined,
      'Ann[1]',
      undefined,
    ]);
  });

  it('reads a line that is not UTF-8 as Windows-1252, and only that line', () => {
    const bytes = Buffer.concat([
      Buffer.from('[05:00] <ann> caf\u00e9\r\n'),
      Buffer.from('[05:01] <bob> caf\u00e9 \u0093so\u0094\r\n', 'latin1'),
      Buffer.from('[05:02] <cem> 日本'),
    ]);
    const log = parseLog(bytes, '2006-01-02.log');
    expect(log.entries.map((entry) => 'text' in entry && entry.text)).toEqual(['café', 'café “so”', '日本']);
    expect(log.notUtf8).toEqual([2]);
  });

  it('wants the date in the name of the file', () => {
    expect(() => parseLog(Buffer.alloc(0), 'channel.log')).toThrow('YYYY-MM-DD');
  });

  it('accounts for every line of any bytes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        '\r\n',
        '[05:00] <',
        '> ',
        '=== ',
        '] ',
        ' is now known as ',
        ' [h]  has joined #c',
        '[05:00]  * ',
      ),
      fc.string(),
      fc.uint8Array({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const log = parseLog(Buffer.concat(pieces.map((part) => Buffer.from(part as string))), '2006-01-02.log');
        const accounted = [...log.entries, ...log.skipped].map(({ line }) => line).toSorted((a, b) => a - b);
        expect(accounted).toEqual(Array.from({ length: log.lines }, (_, index) => index + 1));
      }),
    );
  });
});

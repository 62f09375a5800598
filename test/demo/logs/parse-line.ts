import type { LogEntry, SkipReason } from './parsed-log.js';

export type ReadLine = { readonly entry: LogEntry } | { readonly reason: SkipReason };

const MESSAGE = /^\[(\d\d:\d\d)\] <([^>]*)>(?: (.*))?$/s;
const TIMED_ACTION = /^\[(\d\d:\d\d)\] {2}\* (\S+)(?: (.*))?$/s;
const PRESENCE = /^=== (.+?) \[.*\] {2}has (joined|left) #\S+(?: \[.*\] ?)?$/s;
const RENAME = /^=== (.+) is now known as (.+)$/s;
const MODE = /^=== mode\/#/;
const TOPIC = /^=== \.\.\[topic\/#/;
const NETWORK = /^=== net(joined|split): /;
const UNTIMED_ACTION = /^=== ((?:[^ \]]|\] )+) (.*)$/s;

/** What servers of the time allowed, and a digit in front for the names that they gave themselves. No spaces. */
const NICK = /^[A-Za-z0-9[\]\\`_^{|}-]+$/;

/** Reads one line; `number` becomes the entry's. Rules that look at more than the line are not for here. */
export function parseLine(text: string, number: number): ReadLine {
  const message = MESSAGE.exec(text);
  if (message) {
    const [, time = '', nick = '', said = ''] = message;
    return ofNicks([nick], ([name]) => ({ kind: 'message', line: number, time, nick: name, text: said }));
  }
  const action = TIMED_ACTION.exec(text);
  if (action) {
    const [, time = '', nick = '', done = ''] = action;
    return ofNicks([nick], ([name]) => ({ kind: 'action', line: number, time, nick: name, text: done }));
  }
  return text.startsWith('=== ') ? parseNotice(text, number) : { reason: 'unknown form' };
}

function parseNotice(text: string, number: number): ReadLine {
  const presence = PRESENCE.exec(text);
  if (presence) {
    const kind = presence[2] === 'joined' ? 'join' : 'leave';
    return ofNicks([presence[1] ?? ''], ([nick]) => ({ kind, line: number, nick }));
  }
  const rename = RENAME.exec(text);
  if (rename) {
    const [, old = '', fresh = ''] = rename;
    return ofNicks([old, fresh], ([from, to]) => ({ kind: 'rename', line: number, from, to }));
  }
  if (MODE.test(text)) return { reason: 'channel mode' };
  if (TOPIC.test(text)) return { reason: 'channel topic' };
  if (NETWORK.test(text)) return { reason: 'network notice' };
  // What is left in older logs are actions, without a time: `=== nick does something`.
  const action = UNTIMED_ACTION.exec(text);
  if (!action) return { reason: 'unknown form' };
  const [, nick = '', done = ''] = action;
  return ofNicks([nick], ([name]) => ({ kind: 'action', line: number, nick: name, text: done }));
}

/** The logging program put a space after each `]` of a nick: `bur[n] er` is `bur[n]er`. */
function ofNicks(written: readonly string[], entryOf: (nicks: [string, string]) => LogEntry): ReadLine {
  const [one = '', other = ''] = written.map((nick) => nick.replaceAll('] ', ']'));
  const sound = NICK.test(one) && (written.length === 1 || NICK.test(other));
  return sound ? { entry: entryOf([one, other]) } : { reason: 'not a nick' };
}

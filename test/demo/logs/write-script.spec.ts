import { describe, expect, it } from 'vitest';
import { Cast } from './cast.js';
import { logOf } from './samples.js';
import type { Step } from './script.js';
import { writeScript } from './write-script.js';

/** Steps as short sentences with the people's ids. */
const told = (steps: readonly Step[]): string[] =>
  steps.map((step) => {
    if (step.kind === 'say') return `${step.person}${step.addressedTo ? ` to ${step.addressedTo}` : ''}: ${step.text}`;
    return step.kind === 'rename' ? `${step.person} is ${step.name}` : `${step.person} ${step.kind}: ${step.because}`;
  });

const scriptOf = (...lines: string[]) => writeScript(logOf(...lines), 'a group', new Cast());

const JOINS = (nick: string): string => `=== ${nick} [n@host]  has joined #channel`;
const LEAVES = (nick: string): string => `=== ${nick} [n@host]  has left #channel []`;
const SAYS = (nick: string, text: string): string => `[05:00] <${nick}> ${text}`;
const RENAMES = (from: string, to: string): string => `=== ${from} is now known as ${to}`;

describe('writeScript', () => {
  it('makes a member of who speaks without having joined, before the line', () => {
    const script = scriptOf(JOINS('ann'), SAYS('ann', 'hello'), SAYS('bob', 'ann: hi'), '[05:01]  * bob waves');
    expect(told(script.steps)).toEqual([
      'person-1 join: joined',
      'person-1: hello',
      'person-2 join: spoke',
      'person-2 to person-1: ann: hi',
      'person-2: /me waves',
    ]);
  });

  it('follows a person through renames', () => {
    const cast = new Cast();
    const log = logOf(
      SAYS('ann', 'one'),
      RENAMES('ann', 'ann|away'),
      SAYS('ann|away', 'two'),
      SAYS('ann', 'I am another'),
    );
    expect(told(writeScript(log, 'a group', cast).steps)).toEqual([
      'person-1 join: spoke',
      'person-1: one',
      'person-1 is ann|away',
      'person-1: two',
      'person-2 join: spoke',
      'person-2: I am another',
    ]);
    expect(cast.people).toEqual([
      { id: 'person-1', firstName: 'ann' },
      { id: 'person-2', firstName: 'ann' },
    ]);
  });

  it('lets the holder of a nick leave when somebody else takes it', () => {
    const script = scriptOf(SAYS('ann', 'one'), SAYS('ann_', 'two'), RENAMES('ann_', 'ann'), SAYS('ann', 'three'));
    expect(told(script.steps).slice(4)).toEqual(['person-1 leave: nick taken', 'person-2 is ann', 'person-2: three']);
  });

  it('lets people come back', () => {
    const script = scriptOf(JOINS('ann'), LEAVES('ann'), JOINS('ann'), LEAVES('ann'), SAYS('ann', 'hello'));
    expect(told(script.steps)).toEqual([
      'person-1 join: joined',
      'person-1 leave: left',
      'person-1 join: joined',
      'person-1 leave: left',
      'person-1 join: spoke',
      'person-1: hello',
    ]);
  });

  it('keeps out what cannot be a step, with the reason', () => {
    const script = scriptOf(
      SAYS('ann', ''),
      '[05:00]  * ann',
      LEAVES('ann'),
      SAYS('ann', 'x'),
      JOINS('ann'),
      RENAMES('ann', 'ann'),
    );
    expect(script.keptOut).toEqual([
      { line: 1, reason: 'no text' },
      { line: 2, reason: 'no text' },
      { line: 3, reason: 'left without being a member' },
      { line: 5, reason: 'joined as a member' },
      { line: 6, reason: 'renamed to the same name' },
    ]);
    expect(told(script.steps)).toEqual(['person-1 join: spoke', 'person-1: x']);
  });

  it('has the same people on the next day, with their names of the day', () => {
    const cast = new Cast();
    writeScript(logOf(SAYS('ann', 'one'), RENAMES('ann', 'anna'), SAYS('bob', 'two')), 'first', cast);
    const second = writeScript(logOf(SAYS('bob', 'three'), SAYS('ann', 'four')), 'second', cast);
    expect(told(second.steps)).toEqual([
      'person-2 join: spoke',
      'person-2: three',
      'person-1 is ann',
      'person-1 join: spoke',
      'person-1: four',
    ]);
  });

  it('takes nicks that differ in case for one person, whose name follows', () => {
    const script = scriptOf(SAYS('Ann[1]', 'one'), SAYS('ann{1}', 'two'));
    expect(told(script.steps)).toEqual([
      'person-1 join: spoke',
      'person-1: one',
      'person-1 is ann{1}',
      'person-1: two',
    ]);
  });
});

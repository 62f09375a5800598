import { describe, expect, it } from 'vitest';
import type { Script, Step } from '../logs/script.js';
import { countFrom, modelOf, newest, sees, sequencesOf } from './group-model.js';

const JOIN = (person: string): Step => ({ kind: 'join', person, line: 1, because: 'joined' });
const LEAVE = (person: string): Step => ({ kind: 'leave', person, line: 1, because: 'left' });
const SAY = (person: string, text: string, addressedTo?: string): Step => ({
  kind: 'say',
  person,
  line: 1,
  text,
  ...(addressedTo !== undefined && { addressedTo }),
});
const scriptOf = (...steps: Step[]): Script => ({ title: 'a group', date: '2006-01-02', steps, keptOut: [] });
const of = (...steps: Step[]) => modelOf(scriptOf(...steps), 'keeper');

describe('modelOf', () => {
  it('numbers what is said and shows each person what was said while they were there', () => {
    const model = of(JOIN('ann'), SAY('ann', '1'), JOIN('ben'), SAY('ben', '2'), LEAVE('ann'), SAY('ben', '3'));
    expect(model.lines.map(({ person, text }) => `${person} ${text}`)).toEqual(['ann 1', 'ben 2', 'ben 3']);
    expect(Object.fromEntries(model.spans)).toEqual({
      keeper: [{ from: 1, to: 3 }],
      ann: [{ from: 1, to: 2 }],
      ben: [{ from: 2, to: 3 }],
    });
    expect(model.members).toEqual(new Set(['keeper', 'ben']));
  });

  it('gives who comes back a second span, unless nothing was said meanwhile', () => {
    const back = of(
      JOIN('ann'),
      JOIN('ben'),
      SAY('ann', '1'),
      LEAVE('ben'),
      SAY('ann', '2'),
      JOIN('ben'),
      SAY('ann', '3'),
    );
    expect(back.spans.get('ben')).toEqual([
      { from: 1, to: 1 },
      { from: 3, to: 3 },
    ]);
    const silent = of(JOIN('ann'), JOIN('ben'), SAY('ann', '1'), LEAVE('ben'), JOIN('ben'), SAY('ann', '2'));
    expect(silent.spans.get('ben')).toEqual([{ from: 1, to: 2 }]);
  });

  it('knows people who were there and saw nothing', () => {
    const model = of(JOIN('ann'), JOIN('ben'), LEAVE('ben'), SAY('ann', '1'));
    expect(model.spans.get('ben')).toEqual([]);
  });

  it('mentions members only, and nobody themselves', () => {
    const model = of(
      JOIN('ann'),
      JOIN('ben'),
      SAY('ann', '1', 'ben'),
      SAY('ann', '2', 'ann'),
      LEAVE('ben'),
      SAY('ann', '3', 'ben'),
    );
    expect(model.lines.map(({ mention }) => mention)).toEqual(['ben', undefined, undefined]);
  });
});

describe('spans', () => {
  const spans = [
    { from: 2, to: 4 },
    { from: 7, to: 8 },
  ];
  it('tell what is seen', () => {
    expect([1, 2, 4, 5, 7, 8, 9].filter((sequence) => sees(spans, sequence))).toEqual([2, 4, 7, 8]);
    expect([...sequencesOf(spans)]).toEqual([2, 3, 4, 7, 8]);
    expect([1, 3, 5, 8, 9].map((from) => countFrom(spans, from))).toEqual([5, 4, 2, 1, 0]);
  });
  it.each([
    [9, 10, [2, 3, 4, 7, 8]],
    [9, 3, [4, 7, 8]],
    [7, 2, [4, 7]],
    [5, 2, [3, 4]],
    [1, 5, []],
  ])('give the newest up to %i, %i at most', (upTo, limit, sequences) => {
    expect([...sequencesOf(newest(spans, upTo, limit))]).toEqual(sequences);
  });
});

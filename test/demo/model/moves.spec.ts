import { describe, expect, it } from 'vitest';
import type { Step } from '../logs/script.js';
import { movesOf } from './moves.js';

const JOIN = (person: string): Step => ({ kind: 'join', person, line: 1, because: 'joined' });
const LEAVE = (person: string): Step => ({ kind: 'leave', person, line: 1, because: 'left' });
const SAY = (person: string): Step => ({ kind: 'say', person, line: 1, text: 'x' });
const RENAME = (person: string, name: string): Step => ({ kind: 'rename', person, line: 1, name });
const of = (...steps: Step[]) => movesOf({ title: 'a group', date: '2006-01-02', steps, keptOut: [] });

describe('movesOf', () => {
  it('sends lines of one person together, and waits between people', () => {
    expect(of(JOIN('ann'), JOIN('ben'), SAY('ann'), SAY('ann'), SAY('ben'), SAY('ann'))).toEqual([
      { kind: 'change', joins: ['ann', 'ben'], leaves: [] },
      { kind: 'say', person: 'ann', from: 1, to: 2 },
      { kind: 'say', person: 'ben', from: 3, to: 3 },
      { kind: 'say', person: 'ann', from: 4, to: 4 },
    ]);
  });

  it('keeps the order of one person’s comings and goings', () => {
    expect(of(JOIN('ann'), SAY('ann'), LEAVE('ann'), JOIN('ben'), JOIN('ann'), LEAVE('ben'))).toEqual([
      { kind: 'change', joins: ['ann'], leaves: [] },
      { kind: 'say', person: 'ann', from: 1, to: 1 },
      { kind: 'change', joins: ['ben'], leaves: ['ann'] },
      { kind: 'change', joins: ['ann'], leaves: ['ben'] },
    ]);
  });

  it('lets renames part nothing but lines', () => {
    expect(of(JOIN('ann'), RENAME('ben', 'b'), JOIN('ben'), SAY('ann'), RENAME('ann', 'a'), SAY('ann'))).toEqual([
      { kind: 'rename', person: 'ben', name: 'b' },
      { kind: 'change', joins: ['ann', 'ben'], leaves: [] },
      { kind: 'say', person: 'ann', from: 1, to: 1 },
      { kind: 'rename', person: 'ann', name: 'a' },
      { kind: 'say', person: 'ann', from: 2, to: 2 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { inventScripts } from './invent.js';

const size = { groups: 3, people: 20, entriesPerGroup: 400 };

describe('inventScripts', () => {
  it('gives the same for the same seed only', () => {
    expect(inventScripts(7, size)).toEqual(inventScripts(7, size));
    expect(inventScripts(7, size).scripts).not.toEqual(inventScripts(8, size).scripts);
  });

  it('has people in several groups, and every kind of step in each', () => {
    const { cast, scripts } = inventScripts(7, size);
    expect(cast.people).toHaveLength(20);
    expect(new Set(scripts.map(({ title }) => title)).size).toBe(3);
    for (const { steps } of scripts) {
      expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['join', 'leave', 'rename', 'say']));
    }
  });

  it('says things that are hard to carry', () => {
    const { scripts } = inventScripts(7, size);
    const texts = scripts.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'say' ? [step.text] : [])));
    const all = texts.join('');
    for (const script of [
      /\p{Script=Arabic}/u,
      /\p{Script=Hebrew}/u,
      /\p{Script=Han}/u,
      /\p{Script=Hangul}/u,
      /\p{Emoji}\u200d/u,
    ]) {
      expect(all).toMatch(script);
    }
    expect(Math.max(...texts.map((text) => text.length))).toBeGreaterThan(3_000);
    expect(texts.every((text) => text.trim() !== '' && text.isWellFormed())).toBe(true);
  });
});

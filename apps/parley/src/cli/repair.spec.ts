import { checks } from '@parley/verifier';
import { describe, expect, it } from 'vitest';
import { projectionsToRebuild } from './repair.js';

const differing = (...differ: readonly string[]) => ({
  different: Object.fromEntries(checks.map((check) => [check, Number(differ.includes(check))])) as never,
});

describe('what a repair builds anew', () => {
  it('is nothing when nothing differs, or only the log', () => {
    expect(projectionsToRebuild(differing())).toEqual([]);
    expect(projectionsToRebuild(differing('E'))).toEqual([]);
  });

  it('is what the rows belong to, before what is put together from them', () => {
    expect(projectionsToRebuild(differing('H', 'I', 'P'))).toEqual(['history']);
    expect(projectionsToRebuild(differing('S', 'M'))).toEqual(['membership', 'search']);
    expect(projectionsToRebuild(differing('I'))).toEqual(['inbox']);
    expect(projectionsToRebuild(differing('I', 'P'))).toEqual(['history', 'membership', 'watermarks', 'inbox']);
  });
});

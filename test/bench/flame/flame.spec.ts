import { describe, expect, it } from 'vitest';
import { flameSvg } from './flame-svg.js';
import { type CpuProfile, flameTree } from './flame-tree.js';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('short', 'file:///a/b/c/d.js') },
    { id: 4, callFrame: frame('Map<long>', 'file:///x/node_modules/ws/lib/socket.js'), children: [5] },
    { id: 5, callFrame: frame('') },
  ],
  samples: [2, 3, 4, 5, 5],
  timeDeltas: [1_000_000, 1_000, 2_000, 3_000, 4_000],
};

describe('a flame graph', () => {
  it('adds up what was called, leaves out idle time, and has the longest first', () => {
    expect(flameTree(profile)).toEqual({
      name: '(root)',
      micros: 10_000,
      calls: [
        {
          name: 'Map<long> ws/lib/socket.js:10',
          micros: 9_000,
          calls: [{ name: '(anonymous)', micros: 7_000, calls: [] }],
        },
        { name: 'short b/c/d.js:10', micros: 1_000, calls: [] },
      ],
    });
  });

  it('is a picture with what each bar is', () => {
    const svg = flameSvg('main', flameTree(profile));
    expect(svg).toContain('main: 10 ms of processor time');
    expect(svg).toContain('<title>Map&lt;long&gt; ws/lib/socket.js:10: 9.0 ms, 90.0 %</title>');
    expect(svg).toContain('width="1440.0"');
    expect(svg).not.toContain('(idle)');
  });

  it('is empty of a profile in which nothing ran', () => {
    expect(flameTree({ nodes: [], samples: [], timeDeltas: [] })).toEqual({ name: '(root)', micros: 0, calls: [] });
    expect(flameSvg('none', flameTree({ nodes: [], samples: [], timeDeltas: [] }))).toContain('none: 0 ms');
  });
});

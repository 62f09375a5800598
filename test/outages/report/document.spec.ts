import { describe, expect, it } from 'vitest';
import { withRows } from './document.js';
import { keyOf } from './row.js';

const begin = '<!-- Written by `npm run outages -- --write-docs` from here … -->';
const end = '<!-- … to here. -->';
const kafka = keyOf({ target: 'kafka', fault: 'kill' });
const redis = keyOf({ target: 'redis', fault: 'slow' });

describe('withRows', () => {
  const empty = `# Outages\n\n${begin}\n${end}\n\nHow to read it.\n`;

  it('puts rows in the order of the matrix, whatever order they come in', () => {
    const written = withRows(withRows(empty, [`${redis} 2 |`], 'a machine'), [`${kafka} 1 |`], 'a machine');
    expect(written.split('\n').filter((line) => line.endsWith(' |') && /\d/.test(line))).toEqual([
      `${kafka} 1 |`,
      `${redis} 2 |`,
    ]);
    expect(written).toMatch(/^# Outages/);
    expect(written).toMatch(/How to read it\.\n$/);
  });

  it('lets a cell that was seen again take the place of its row', () => {
    const written = withRows(withRows(empty, [`${kafka} 1 |`], 'a machine'), [`${kafka} 3 |`], 'another');
    expect(written).toContain(`${kafka} 3 |`);
    expect(written).not.toContain(`${kafka} 1 |`);
  });

  it('finds its rows again when the document was formatted', () => {
    const formatted = withRows(empty, [`${kafka} 1 |`], 'a machine').replace('| kafka |', '| kafka         |');
    expect(withRows(formatted, [], 'a machine')).toContain(' 1 |');
  });
});

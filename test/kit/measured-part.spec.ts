import { expect, it } from 'vitest';
import { withMeasuredPart } from './measured-part.js';

const document = 'before\n<!-- faults: begin (npm run faults) -->\nold\n<!-- faults: end -->\nafter';

it('replaces what stands between the marks, and nothing else', () => {
  expect(withMeasuredPart(document, 'faults', 'new')).toBe(
    'before\n<!-- faults: begin (npm run faults) -->\n\nnew\n\n<!-- faults: end -->\nafter',
  );
});

it('says that there is no place', () => {
  expect(() => withMeasuredPart(document, 'mutants', 'new')).toThrow('no place for what mutants measured');
});

import type { Mutant, Suite } from '../mutant.js';

const verifier: Suite = { project: 'integration', paths: ['test/contract/verifier.embedded.spec.ts'] };

/** Checks that look away: whoever trusts the verifier must know that it sees. */
export const verifierMutants: readonly Mutant[] = [
  {
    name: 'verifier-overlooks-rows-too-many',
    breaks: 'no row that the log does not know passes',
    file: 'libs/verifier/src/conversation/compare-history.ts',
    find: "this.findings.compare('H', this.fold.id, what, undefined, JSON.parse(row.json));",
    replace: 'void what;',
    suite: verifier,
  },
  {
    name: 'verifier-lets-watermarks-fall',
    breaks: 'a watermark of the log that falls is found',
    file: 'libs/verifier/src/conversation/conversation-fold.ts',
    find: 'if (fell || Math.max(delivered, read) > this.lastSequence)',
    replace: 'void fell;\n      if (Math.max(delivered, read) > this.lastSequence)',
    suite: verifier,
  },
  {
    name: 'verifier-does-not-look-by-words',
    breaks: 'words that lead nowhere, or still lead, are found',
    file: 'libs/verifier/src/conversation/compare-search.ts',
    find: 'if (before.length > 0 || this.#unchanged++ < unchangedAsked)',
    replace: 'if (before.length < 0 && this.#unchanged++ < unchangedAsked)',
    suite: verifier,
  },
  {
    name: 'verifier-does-not-count',
    breaks: 'what differs is counted',
    file: 'libs/verifier/src/findings.ts',
    find: 'this.different[difference.check]++;',
    replace: '',
    suite: verifier,
  },
  {
    name: 'verifier-asks-nobody-who-was-away',
    breaks: 'what devices that were away are told is looked at',
    file: 'libs/verifier/src/catch-up/verify-catch-up.ts',
    find: 'if (people.size < peopleLookedAt) people.add(userId);',
    replace: 'if (people.size < 0 * peopleLookedAt) people.add(userId);',
    suite: verifier,
  },
  {
    name: 'verifier-takes-any-row-for-equal',
    breaks: 'rows are compared field for field',
    file: 'libs/verifier/src/findings.ts',
    find: 'for (const key in left) if (!isSame(left[key], right[key])) return false;',
    replace: '',
    suite: verifier,
  },
];

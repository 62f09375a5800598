import type { Mutant, Suite } from '../mutant.js';

const log: Suite = { project: 'integration', paths: ['test/contract/event-log.embedded.spec.ts'] };
const commands: Suite = { project: 'unit', paths: ['apps/command-api/src/conversations'] };

export const writeSideMutants: readonly Mutant[] = [
  {
    name: 'acknowledge-before-commit',
    breaks: 'accepted means durable',
    file: 'libs/embedded/src/log/event-writer.ts',
    find: '    this.#ids.step();\n    this.#commit.run();\n',
    replace: '    this.#ids.step();\n    setTimeout(() => this.#commit.run(), 5);\n',
    suite: log,
  },
  {
    name: 'two-owners-without-revision',
    breaks: 'two owners stay correct by the expected revision',
    file: 'libs/embedded/src/log/event-writer.ts',
    find: "if (expected !== 'any' && expected !== actual)",
    replace: "if (expected === 'none' && expected !== actual)",
    suite: log,
  },
  {
    name: 'dedupe-window-too-short',
    breaks: 'a name of a message is its name for ever',
    file: 'libs/embedded/src/log/event-ids.ts',
    find: 'return (this.#find.get(id) as unknown as [number] | undefined)?.[0];',
    replace: 'return undefined;',
    suite: log,
  },
  {
    name: 'lost-wake-up',
    breaks: 'nothing is lost between catch-up and live',
    file: 'libs/embedded/src/log/subscription.ts',
    find: 'await this.#endOr(this.#news(seen));',
    replace: 'await this.#endOr(this.#news(this.signal === null ? seen : observe(this.signal)));',
    suite: { project: 'unit', paths: ['libs/embedded/src/log'] },
  },
  {
    name: 'two-nodes-blind-append',
    breaks: 'two owners stay correct by the expected revision',
    file: 'apps/command-api/src/streams/stream-owner.ts',
    find: "const expected = base < 0 ? 'none' : base;",
    replace:
      "const expected = base < 0 ? 'none' : Math.max(base, (await this.#services.reader.streamInfo(this.#stored.stream))?.lastRevision ?? 0);",
    suite: commands,
  },
];

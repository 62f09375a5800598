import { afterAll, beforeAll, describe } from 'vitest';
import { changesContract } from './read-models/changes.contract.js';
import { historyContract } from './read-models/history.contract.js';
import { inboxContract } from './read-models/inbox.contract.js';
import { membershipContract } from './read-models/membership.contract.js';
import { parkedContract } from './read-models/parked.contract.js';
import { peopleContract } from './read-models/people.contract.js';
import { rebuildContract } from './read-models/rebuild.contract.js';
import { readModelsStage, type ReadModelsUnderTest, seed } from './read-models/stage.js';
import { watermarksContract } from './read-models/watermarks.contract.js';

export type { ReadModelsUnderTest } from './read-models/stage.js';

/** What every set of read models guarantees, whatever engines it is made of. */
export function readModelsContract(name: string, open: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models: ${name} (seed ${seed})`, () => {
    let models: ReadModelsUnderTest | null = null;
    beforeAll(async () => {
      models = await open();
    });
    afterAll(() => models?.close());
    const stage = readModelsStage(() => {
      if (models === null) throw new Error('the read models are not open yet');
      return models;
    });

    historyContract(stage);
    inboxContract(stage);
    membershipContract(stage);
    watermarksContract(stage);
    peopleContract(stage);
    changesContract(stage);
    parkedContract(stage);
    rebuildContract(stage);
  });
}

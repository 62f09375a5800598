import { type Coordination, coordinateHere } from './coordination.js';
import { openEmbeddedEngines } from './embedded-engines.js';
import { chooseEngines, type EngineChoice } from './engine-choice.js';
import type { Engines } from './engines.js';
import type { EnginesOptions } from './engines-options.js';

/**
 * Opens what the configuration chooses. What is not chosen is not loaded: the embedded default stays small.
 * @throws ConfigurationError for a mix that cannot work
 */
export async function openEngines(options: EnginesOptions): Promise<Engines> {
  const choice = chooseEngines(options.config);
  const coordination = await coordinate(choice, options);
  try {
    if (choice.models === 'embedded') return await openEmbeddedEngines(options.config, coordination, options.logger);
    const { openSharedEngines } = await import('./shared/shared-engines.js');
    return await openSharedEngines(choice, coordination, options);
  } catch (error) {
    await coordination.close();
    throw error;
  }
}

async function coordinate({ coordination }: EngineChoice, options: EnginesOptions): Promise<Coordination> {
  if (coordination === 'process') return coordinateHere(options.clock);
  const { coordinateByRedis } = await import('./redis-coordination.js');
  return coordinateByRedis(options);
}

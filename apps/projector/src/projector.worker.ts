import type { ProjectorModule } from '@parley/ports';
import { projections } from './projections.js';
import { replay } from './runner/replay.js';
import { startProjector } from './runner/start-projector.js';

/** What a projecting thread loads, whatever engines it runs on: no Nest, no network. */
export const projector: ProjectorModule = {
  projections,
  startProjector: (host, only) =>
    startProjector(
      projections.filter(({ name }) => only?.includes(name) ?? true),
      host,
    ),
  replay,
};

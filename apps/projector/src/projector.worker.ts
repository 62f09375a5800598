import { startTracing } from '@parley/platform/tracing';
import type { Projector, ProjectorModule } from '@parley/ports';
import { projections } from './projections.js';
import { replay } from './runner/replay.js';
import { startProjector } from './runner/start-projector.js';

/** What a projecting thread loads, whatever engines it runs on: no Nest, no network. */
export const projector: ProjectorModule = {
  projections,
  async startProjector(host, only) {
    const tracing = await startTracing({ environment: process.env, serviceName: 'parley' });
    const projector = await startProjector(
      projections.filter(({ name }) => only?.includes(name) ?? true),
      host,
    );
    return endingWith(projector, () => tracing.close());
  },
  replay,
};

/** The same projector; when it stops, so does what was started with it. */
function endingWith(projector: Projector, close: () => Promise<void>): Projector {
  const stop = projector.stop.bind(projector);
  projector.stop = async () => {
    await stop();
    await close();
  };
  return projector;
}

import {
  type Build,
  type BuildRegistry,
  isUnderWay,
  type ParityReport,
  type ProjectionName,
  type RebuildProgress,
} from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 250;
/** A projector takes it up within a second or two, if there is one. */
const takenUpMs = 30_000;

/**
 * Asks for a projection to be built anew by whatever process can, and follows it to its end; joins the build when it is
 * under way already. That this process goes away changes nothing for the build.
 * @throws Error with a reason: another one is under way; nobody builds; it was given up
 */
export async function watchBuild(
  builds: BuildRegistry,
  name: ProjectionName,
  version: number,
  onProgress: (progress: RebuildProgress) => void,
): Promise<ParityReport> {
  let build = await builds.ask(name, version);
  if (build.projection !== name) throw new Error(`${build.projection} is being rebuilt: one at a time`);
  const askedAt = performance.now();
  for (let told = -1; isUnderWay(build);) {
    if (build.phase === 'asked' && performance.now() - askedAt > takenUpMs) {
      const error = `no projector runs that builds version ${build.version} of ${name}`;
      await builds.advance(build, { phase: 'failed', error });
    }
    if (build.beat !== told && build.phase !== 'asked') onProgress(progressOf(build));
    told = build.beat;
    await pause(lookEveryMs);
    build = await following(builds, build);
  }
  if (build.phase === 'failed' || build.report === null) throw new Error(build.error ?? 'the rebuild was given up');
  onProgress(progressOf(build));
  return { projection: name, ...build.report };
}

async function following(builds: BuildRegistry, build: Build): Promise<Build> {
  // While the engine that tells is away the build stands still; both go on when it is back.
  const found = await builds.current().catch(() => build);
  if (found?.id !== build.id) throw new Error('another rebuild has begun since: how this one ended is not known');
  return found;
}

function progressOf({ projection, done, total, eventsPerSecond }: Build): RebuildProgress {
  const secondsLeft = eventsPerSecond > 0 ? (total - done) / eventsPerSecond : null;
  return { projection, done, total, eventsPerSecond, secondsLeft };
}

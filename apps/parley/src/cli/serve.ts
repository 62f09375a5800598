import { EventLogUnusable, releaseStartupMemory } from '@parley/embedded';
import { createLogger, describeConfig, loadConfig, type ParleyConfig, systemClock } from '@parley/platform';
import { startTracing } from '@parley/platform/tracing';
import { announceServer, loadSecret, prepareDataFolder, withdrawServer } from '../composition/data-folder.js';
import { startServer } from '../composition/start-server.js';
import { endOnUnforeseen } from './unforeseen.js';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

/** Starts the server and stays until a signal; then drains, stops and answers the exit code. */
export async function serve(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  if (words.length > 0)
    throw new UsageError(`serve takes flags only, not ${JSON.stringify(words[0])}.\n\n${describeConfig()}`);
  const config = loadConfig(process.env, flags);
  const logger = createLogger(config.logLevel);
  endOnUnforeseen(logger);
  const secret = prepare(config);

  const tracing = await startTracing({ environment: process.env, serviceName: serviceNameOf(config), logger });
  const stopSignal = nextStopSignal();
  const running = await startServer({ config, secret, clock: systemClock, logger }).catch(explain);
  announceServer(config.dataDir, { pid: process.pid, url: running.url, startedAt: new Date().toISOString() });
  console.log(welcome(running.url, config));
  releaseStartupMemory();

  const signal = await stopSignal;
  console.log(`${signal}: finishing what was accepted, sending clients away …`);
  withdrawServer(config.dataDir);
  await running.stop();
  await tracing.close();
  console.log('Stopped.');
  return 0;
}

function prepare(config: ParleyConfig): Uint8Array {
  try {
    prepareDataFolder(config.dataDir);
    return loadSecret(config);
  } catch (error) {
    return explain(error);
  }
}

/** What of the system's errors a message explains. */
const mendable = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOENT', 'EROFS', 'EPERM', 'ENOSPC', 'ENOTDIR']);
/** SQLite: a file that cannot be written, opened, or has no room. */
const mendableOfStores = new Set([8, 13, 14]);

/** The name in traces, unless OTEL_SERVICE_NAME gives another. */
const serviceNameOf = ({ apps }: Pick<ParleyConfig, 'apps'>): string =>
  apps.length === 1 ? `parley-${apps[0]}` : 'parley';

/** What an operator can mend is told without a stack trace. */
function explain(error: unknown): never {
  if (error instanceof EventLogUnusable) throw new ExpectedFailure(error.message);
  const { code = '', message, errcode = 0 } = error as NodeJS.ErrnoException & { errcode?: number };
  if (mendable.has(code) || mendableOfStores.has(errcode % 256)) {
    throw new ExpectedFailure(`The server cannot start: ${message}`);
  }
  throw error;
}

/** A second signal ends the process at once. */
function nextStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (seen) process.exit(130);
      seen = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function welcome(url: string, config: ParleyConfig): string {
  const startedIn = Math.round(performance.now());
  const socket = url.replace(/^http/, 'ws');
  return [
    `Parley is ready at ${url} (${startedIn} ms, data in ${config.dataDir})`,
    '',
    `  REST        ${url}/v1        described at ${url}/docs and ${url}/openapi.json`,
    `  WebSockets  ${socket}/v1/socket   described at ${url}/asyncapi.json`,
    '',
    'Try it, in another terminal:',
    '  npm run chat -- ann              a chat in the terminal; run it again as another person',
    `  curl -s ${url}/v1/users -H 'Content-Type: application/json' \\`,
    `    -d '{"username":"ann","password":"correct horse","displayName":"Ann","deviceName":"laptop"}'`,
    '',
    'Ctrl+C stops it. `npm start -- --help` lists the settings.',
  ].join('\n');
}

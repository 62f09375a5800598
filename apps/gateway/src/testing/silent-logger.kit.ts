import { createLogger, type Logger } from '@parley/platform';

export const silentLogger: Logger = createLogger('silent');

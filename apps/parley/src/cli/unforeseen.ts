/**
 * What nobody caught leaves the process in a state that nobody thought of: it says so and ends with code 1, for a
 * supervisor to start it again. What was accepted is durable.
 */
export function endOnUnforeseen(
  logger: { fatal(fields: object, what: string): void },
  process: Pick<NodeJS.Process, 'on' | 'exit'> = globalThis.process,
): void {
  const end = (err: unknown, what: string): void => {
    logger.fatal({ err }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => end(error, 'an error that nobody caught'));
  process.on('unhandledRejection', (reason) => end(reason, 'a rejection that nobody handled'));
}

import { EventStoreDBClient } from '@eventstore/db-client';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

export type AppendToStream = EventStoreDBClient['appendToStream'];

/**
 * The client's `appendToStream` with a table of pending appends of its own.
 *
 * The package keeps one table for all clients of the process. When the batch stream of one client breaks, it rejects
 * everybody's appends and empties the table; the answers that still come to the others then meet no entry and throw out
 * of an event handler, which ends the process. A connection that is replaced breaks its stream, so its successor would
 * die of it. Here every connection loads the three modules around the table anew; all else stays shared.
 */
export function ownAppendToStream(): AppendToStream {
  // A new `require` each time, so that nothing keeps the copy alive after its connection.
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@eventstore/db-client/dist/streams/appendToStream/index.js');
  const folder = dirname(entry) + sep;
  const loaded = (): string[] => Object.keys(require.cache).filter((file) => file.startsWith(folder));
  const prototype = EventStoreDBClient.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, and bound by whoever calls the copy
  const shared = prototype.appendToStream;
  const others = loaded().map((file) => [file, require.cache[file]] as const);
  for (const [file] of others) delete require.cache[file];
  try {
    require(entry);
    // oxlint-disable-next-line typescript/unbound-method
    return prototype.appendToStream;
  } finally {
    prototype.appendToStream = shared;
    for (const file of loaded()) delete require.cache[file];
    for (const [file, module] of others) require.cache[file] = module;
  }
}

import { parseArgs } from 'node:util';
import { startCompatibleNode } from './node.js';
import type { CompatibleNodeOptions } from './node.js';

const USAGE = `node main.js --directory DIR | --memory  [--insecure | --cert FILE --key FILE]
             [--port N] [--host ADDRESS] [--advertised-host NAME] [--max-append-size BYTES]`;

const WHAT_IT_IS = `This is a compatible node: a test double that speaks the wire protocol of EventStoreDB 23.10 for
streams, appends and subscriptions. It is not EventStoreDB, is not made by its vendor, and is no place for data that
matters. What it leaves out answers UNIMPLEMENTED; its README lists it.`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2113' },
    host: { type: 'string', default: '127.0.0.1' },
    'advertised-host': { type: 'string' },
    directory: { type: 'string' },
    memory: { type: 'boolean', default: false },
    insecure: { type: 'boolean', default: false },
    cert: { type: 'string' },
    key: { type: 'string' },
    'max-append-size': { type: 'string' },
  },
});

function optionsFromArguments(): CompatibleNodeOptions {
  const { directory, memory, insecure, cert, key } = values;
  if ((directory === undefined) !== memory) throw new Error(`give either --directory or --memory\n\n${USAGE}`);
  const secured = cert !== undefined && key !== undefined;
  if (insecure === secured) throw new Error(`give either --insecure or --cert and --key\n\n${USAGE}`);
  const maxAppendSize = values['max-append-size'];
  const advertisedHost = values['advertised-host'];
  return {
    port: Number(values.port),
    host: values.host,
    ...(directory !== undefined && { directory }),
    ...(secured && { tls: { certFile: cert, keyFile: key } }),
    ...(advertisedHost !== undefined && { advertisedHost }),
    ...(maxAppendSize !== undefined && { limits: { maxAppendSize: Number(maxAppendSize) } }),
  };
}

console.log(WHAT_IT_IS);
const node = await startCompatibleNode(optionsFromArguments());
console.log(`The compatible node is ready at ${node.connectionString}`);

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void node.stop().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

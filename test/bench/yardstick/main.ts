import { parseArgs } from 'node:util';
import { startRelay } from './relay.js';

/** `node main.js --port 0 --file messages.log`: runs the relay until SIGTERM and prints one ready line of JSON. */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, file: { type: 'string' } } });
if (values.file === undefined) throw new Error('usage: main.js --file PATH [--port NUMBER]');

const relay = await startRelay(Number(values.port), values.file);
process.once('SIGTERM', () => void relay.close().then(() => process.exit(0)));
console.log(JSON.stringify({ ready: true, port: relay.port, pid: process.pid, file: values.file }));

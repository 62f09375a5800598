import { on, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RawData, WebSocket } from 'ws';

const inspectorLine = /Debugger listening on (ws:\/\/\S+)/;
const requestId = 1;

/**
 * Has a process collect its garbage, main thread only, and waits until it has.
 * @param errorOutput of a process that was started with `--inspect=127.0.0.1:0`
 */
export async function collectGarbage(errorOutput: string): Promise<void> {
  const url = inspectorLine.exec(errorOutput)?.[1];
  if (url === undefined) throw new Error('the process does not listen for an inspector');
  const inspector = new WebSocket(url, { perMessageDeflate: false });
  await once(inspector, 'open');
  inspector.send(JSON.stringify({ id: requestId, method: 'HeapProfiler.collectGarbage' }));
  for await (const [data] of on(inspector, 'message') as AsyncIterable<[RawData]>) {
    if ((JSON.parse((data as Buffer).toString()) as { id?: number }).id === requestId) break;
  }
  const closed = once(inspector, 'close');
  inspector.close();
  await closed;
  await sleep(200); // the pages go back in the background
}

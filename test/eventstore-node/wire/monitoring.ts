import type { ServerWritableStream } from '@grpc/grpc-js';
import monitoring from '@eventstore/db-client/generated/monitoring_pb.js';
import type { StatsReq, StatsResp } from '@eventstore/db-client/generated/monitoring_pb.js';
import type { NodeContext } from './context.js';
import { asRpcError } from './errors.js';

/** `Monitoring.Stats`: a few figures, again and again, until the client goes. */
export function handleStats(node: NodeContext, call: ServerWritableStream<StatsReq, StatsResp>): void {
  try {
    node.requireUser(call.metadata);
  } catch (error) {
    call.emit('error', asRpcError(error));
    return;
  }
  const send = (): void => {
    // Old figures are of no use: a client that does not read misses some.
    if (!call.writableNeedDrain) call.write(figures(node));
  };
  send();
  const timer = setInterval(send, Math.max(10, Number(call.request.getRefreshTimePeriodInMs())));
  call.on('cancelled', () => clearInterval(timer));
  call.on('close', () => clearInterval(timer));
}

function figures(node: NodeContext): StatsResp {
  const answer = new monitoring.StatsResp();
  const stats = answer.getStatsMap();
  stats.set('proc-mem', String(process.memoryUsage().rss));
  stats.set('proc-id', String(process.pid));
  stats.set('es-writer-lastFlushSize', String(node.log.waitingBytes));
  stats.set('es-checksum', String(node.log.end));
  return answer;
}

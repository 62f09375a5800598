import { Server } from '@grpc/grpc-js';
import type { handleServerStreamingCall, ServiceDefinition } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import monitoring from '@eventstore/db-client/generated/monitoring_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { IMonitoringServer } from '@eventstore/db-client/generated/monitoring_grpc_pb.js';
import type { IServerFeaturesServer } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { handleAppend } from './append.js';
import { handleBatchAppend } from './batch-append.js';
import type { NodeContext } from './context.js';
import { handleDelete, handleTombstone } from './delete.js';
import { handleStats } from './monitoring.js';
import { handleGossip, handleSupportedMethods } from './node-information.js';
import type { Self } from './node-information.js';
import { handleRead } from './read.js';

/** The largest request: one that is larger fails with RESOURCE_EXHAUSTED. */
const MAX_REQUEST = 16 * 1024 * 1024;

/** Handlers for what the node does. Whatever else is called answers UNIMPLEMENTED by itself. */
export function createServer(node: NodeContext, self: Self): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const read: handleServerStreamingCall<ReadReq, Buffer> = (call) => handleRead(node, call);
  const append: IStreamsServer['append'] = (call, callback) => handleAppend(node, call, callback);
  const batchAppend: IStreamsServer['batchAppend'] = (call) => handleBatchAppend(node, call);
  const softDelete: IStreamsServer['delete'] = (call, callback) => void handleDelete(node, call, callback);
  const tombstone: IStreamsServer['tombstone'] = (call, callback) => void handleTombstone(node, call, callback);
  const encoded: ServiceDefinition = {
    ...streams.StreamsService,
    // What is read reaches the call in its encoded form.
    read: { ...streams.StreamsService.read, responseSerialize: (message: Buffer) => message },
  };
  server.addService(encoded, { read, append, batchAppend, delete: softDelete, tombstone });
  const getSupportedMethods: IServerFeaturesServer['getSupportedMethods'] = (call, callback) =>
    handleSupportedMethods(node, call, callback);
  server.addService(features.ServerFeaturesService, { getSupportedMethods });
  const readGossip: IGossipServer['read'] = (call, callback) => handleGossip(node, self, call, callback);
  server.addService(gossip.GossipService, { read: readGossip });
  const stats: IMonitoringServer['stats'] = (call) => handleStats(node, call);
  server.addService(monitoring.MonitoringService, { stats });
  return server;
}

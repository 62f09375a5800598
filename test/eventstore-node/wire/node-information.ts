import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import type { NodeContext } from './context.js';
import { asRpcError } from './errors.js';

/** Clients choose their ways by the release this follows; what stands behind the plus sign says what it is. */
const SERVER_VERSION = '23.10.6+compatible-node';

const STREAMS = 'event_store.client.streams.streams';

/** Only what is answered with something else than UNIMPLEMENTED. Names in lower case, as the product tells them. */
const METHODS: readonly { readonly service: string; readonly method: string; readonly features?: readonly string[] }[] =
  [
    { service: STREAMS, method: 'read', features: ['position', 'events'] },
    { service: STREAMS, method: 'append' },
    { service: STREAMS, method: 'batchappend' },
    { service: STREAMS, method: 'delete' },
    { service: STREAMS, method: 'tombstone' },
    { service: 'event_store.client.gossip.gossip', method: 'read' },
    { service: 'event_store.client.monitoring.monitoring', method: 'stats' },
    { service: 'event_store.client.server_features.serverfeatures', method: 'getsupportedmethods' },
  ];

/** `ServerFeatures.GetSupportedMethods`: what a client asks first. */
export function handleSupportedMethods(
  node: NodeContext,
  call: ServerUnaryCall<Empty, SupportedMethods>,
  callback: sendUnaryData<SupportedMethods>,
): void {
  answer(callback, () => {
    node.authenticate(call.metadata);
    const supported = new features.SupportedMethods();
    supported.setEventStoreServerVersion(SERVER_VERSION);
    for (const { service, method, features: named } of METHODS) {
      const one = new features.SupportedMethod();
      one.setServiceName(service);
      one.setMethodName(method);
      one.setFeaturesList([...(named ?? [])]);
      supported.addMethods(one);
    }
    return supported;
  });
}

/** How the node presents itself to clients that look for the leader. */
export interface Self {
  readonly instanceId: string;
  endpoint(): { readonly host: string; readonly port: number };
}

/** `Gossip.Read`: a cluster of this node, its leader. */
export function handleGossip(
  node: NodeContext,
  self: Self,
  call: ServerUnaryCall<Empty, ClusterInfo>,
  callback: sendUnaryData<ClusterInfo>,
): void {
  answer(callback, () => {
    node.authenticate(call.metadata);
    const { host, port } = self.endpoint();
    const endpoint = new gossip.EndPoint();
    endpoint.setAddress(host);
    endpoint.setPort(port);
    const id = new shared.UUID();
    id.setString(self.instanceId);
    const member = new gossip.MemberInfo();
    member.setInstanceId(id);
    member.setTimeStamp((BigInt(Date.now()) * 10_000n).toString());
    member.setState(gossip.MemberInfo.VNodeState.LEADER);
    member.setIsAlive(true);
    member.setHttpEndPoint(endpoint);
    const cluster = new gossip.ClusterInfo();
    cluster.addMembers(member);
    return cluster;
  });
}

function answer<Response>(callback: sendUnaryData<Response>, make: () => Response): void {
  try {
    callback(null, make());
  } catch (error) {
    callback(asRpcError(error));
  }
}

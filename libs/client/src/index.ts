export { ParleyClient, type MessageRef, type SendOptions } from './client.js';
export type { ClientOptions } from './client-options.js';
export { type ConversationItem, reachedBy, textOf } from './conversation-item.js';
export { type Environment, systemEnvironment, type Timer } from './environment.js';
export { type LocalErrorCode, ParleyClientError } from './errors.js';
export type { ClientEvents } from './events.js';
export { Api } from './api/api.js';
export { Session, type Tokens } from './api/session.js';
export { type TokenSource, Transport } from './api/transport.js';
export type { ConnectionOptions, ConnectionState } from './live/connection-state.js';
export type { HistoryPage, HistoryQuery } from './live/message-reader.js';
export type { Accepted, Outgoing, OutgoingMessage } from './live/outgoing.js';
export { type EndState, ledgerLine, type Recorder, type RecordEntry } from './recorder.js';
export type { Limits } from './state/local-state.js';
export { folderStore } from './storage/folder-store.js';
export { indexedDbStore } from './storage/indexed-db-store.js';
export { type KeyValueStore, memoryStore } from './storage/key-value-store.js';
export { webStorageStore } from './storage/web-storage-store.js';
/** What the server shows, as this package passes it on. */
export type {
  ConversationView,
  DeviceView,
  InboxEntry,
  MemberView,
  MessageView,
  NoticeView,
  PersonView,
  PresenceView,
  ReceiptsView,
  SearchHitView,
} from '@parley/protocol';

import type { SearchOperation } from '@parley/ports';
import {
  documentId,
  editedDocument,
  removedDocument,
  type SearchDocument,
  sentDocument,
  type StoredDocument,
} from './search-document.js';

/** One document to be written: it wins over whatever an event before `version` wrote. */
export interface DocumentWrite {
  readonly id: string;
  /** Position of the event. */
  readonly version: number;
  readonly document: SearchDocument;
}

/** Elasticsearch takes no longer ones, and refuses the whole request for one. */
const maxIdBytes = 512;

export interface FoldedBatch {
  /** Each document once. */
  readonly writes: readonly DocumentWrite[];
  /** By position of the event: why it cannot be applied. */
  readonly refused: ReadonlyMap<number, string>;
}

/** A message that a batch changes and does not send itself: needed to fold it. */
export interface DocumentPlace {
  readonly id: string;
  readonly conversationId: string;
}

export function placesToRead(operations: readonly SearchOperation[]): readonly DocumentPlace[] {
  const sent = new Set<string>();
  const places = new Map<string, DocumentPlace>();
  for (const { type, conversationId, sequence } of operations) {
    const id = documentId(conversationId, sequence);
    if (type === 'index-message') sent.add(id);
    else if (!sent.has(id)) places.set(id, { id, conversationId });
  }
  return [...places.values()];
}

/**
 * What becomes of each message in a batch. A document of a given version is a function of the log: of the message as
 * sent and the last event alone. So it does not matter how batches were cut, nor whether somebody wrote it before.
 */
export function foldBatch(
  operations: readonly SearchOperation[],
  stored: ReadonlyMap<string, StoredDocument>,
): FoldedBatch {
  const writes = new Map<string, DocumentWrite>();
  const refused = new Map<number, string>();
  for (const operation of operations) {
    const { position: version, conversationId, sequence } = operation;
    const id = documentId(conversationId, sequence);
    if (operation.type === 'index-message') {
      if (Buffer.byteLength(id) > maxIdBytes) {
        refused.set(version, 'the name of the conversation is too long');
        continue;
      }
      writes.set(id, { id, version, document: sentDocument(operation) });
      continue;
    }
    const before = writes.get(id) ?? stored.get(id);
    if (before === undefined) {
      refused.set(version, `there is no message ${sequence} in ${conversationId}`);
      continue;
    }
    // A later write is there already, or nothing is left to change.
    if (version <= before.version || before.document.deleted === true) continue;
    const document =
      operation.type === 'edit-message' ? editedDocument(before.document, operation) : removedDocument(before.document);
    writes.set(id, { id, version, document });
  }
  return { writes: [...writes.values()], refused };
}

/** What the server or the way to it said, in the terms of this adapter. */
export type Failure =
  /** Certainly nothing was written: the stream is at `actual`. */
  | { readonly kind: 'wrong-revision'; readonly actual: number | 'none' }
  | { readonly kind: 'no-stream' }
  /** Certainly nothing was written, and never will be. */
  | { readonly kind: 'too-large'; readonly reason: string }
  /** The server is there and does not do it: tombstoned stream, missing rights. */
  | { readonly kind: 'refused'; readonly reason: string }
  /**
   * The connection works: another node is the leader now, where the client goes by itself, or the server gave up. The
   * fate of an append is unknown.
   */
  | { readonly kind: 'unsure'; readonly reason: string }
  /** Anything else: the fate of an append is unknown, and the connection may be broken. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Errors are told apart by `type`, as the client documents it; what comes raw from gRPC has none. */
export function failureOf(error: unknown): Failure {
  const { type, message } = error as { readonly type?: unknown; readonly message?: unknown };
  const reason = typeof message === 'string' && message !== '' ? message : String(type ?? error);
  switch (type) {
    case 'wrong-expected-version':
      return {
        kind: 'wrong-revision',
        actual: actualOf((error as { readonly actualVersion?: unknown }).actualVersion),
      };
    case 'stream-not-found':
    case 'no-stream':
      return { kind: 'no-stream' };
    case 'maximum-append-size-exceeded':
      return { kind: 'too-large', reason };
    case 'stream-deleted':
      return { kind: 'refused', reason: `the stream was deleted for ever${reason === '' ? '' : ` (${reason})`}` };
    case 'access-denied':
      return { kind: 'refused', reason: `access denied (${reason})` };
    case 'not-leader':
    case 'timeout':
      return { kind: 'unsure', reason };
    default:
      return { kind: 'broken', reason };
  }
}

/** "No stream" arrives as a word, as -1 or as the largest unsigned number, depending on the way an append took. */
function actualOf(version: unknown): number | 'none' {
  const revision = typeof version === 'bigint' ? Number(version) : -1;
  return Number.isSafeInteger(revision) && revision >= 0 ? revision : 'none';
}

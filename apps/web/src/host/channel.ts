import type {
  ConnectionState,
  ConversationItem,
  MessageView,
  NoticeView,
  OutgoingMessage,
  PersonView,
  PresenceView,
} from '@parley/client';
import type { Methods } from './methods.js';

/** What the host and the pages that it serves say to each other, over a message port. */

export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
}

/** As the client's, but for the error, which has to cross a port. */
export type LinkState =
  Exclude<ConnectionState, { phase: 'stopped' }> | { readonly phase: 'stopped'; readonly error: PlainError };

export interface Snapshot {
  /** Who is logged in; null: nobody. */
  readonly userId: string | null;
  readonly connection: LinkState;
  readonly conversations: readonly ConversationItem[];
  readonly outgoing: readonly OutgoingMessage[];
  readonly people: readonly PersonView[];
  readonly presence: readonly PresenceView[];
}

export type HostEvent =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'connection'; readonly connection: LinkState }
  /** `gone`: conversations that one is no longer in. */
  | { readonly type: 'rows'; readonly items: readonly ConversationItem[]; readonly gone: readonly string[] }
  /** New, or different now. */
  | { readonly type: 'message'; readonly message: MessageView; readonly isNew: boolean }
  | { readonly type: 'notice'; readonly notice: NoticeView }
  | { readonly type: 'typing'; readonly conversationId: string; readonly userIds: readonly string[] }
  | { readonly type: 'presence'; readonly people: readonly PresenceView[] }
  | { readonly type: 'people'; readonly people: readonly PersonView[] }
  | { readonly type: 'outgoing'; readonly outgoing: readonly OutgoingMessage[] }
  /** What was shown may be outdated: read it again. */
  | { readonly type: 'reset' };

export type MethodName = keyof Methods;

export type ToHost =
  | { readonly type: 'attach'; readonly isVisible: boolean }
  | { readonly type: 'visible'; readonly isVisible: boolean }
  | { readonly type: 'detach' }
  | {
      readonly type: 'call';
      readonly ref: number;
      readonly method: MethodName;
      readonly parameters: readonly unknown[];
    };

export type ToPage =
  | HostEvent
  | { readonly type: 'answer'; readonly ref: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly ref: number; readonly error: PlainError };

export function plainError(error: unknown): PlainError {
  const { code, message, retryable, errors } = error as Partial<PlainError>;
  return {
    code: code ?? 'internal',
    message: message ?? String(error),
    retryable: retryable ?? false,
    errors: errors ?? [],
  };
}

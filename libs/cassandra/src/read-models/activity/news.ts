import type { WatermarkOperation } from '@parley/ports';

/** That something happened in a conversation, and who came or went meanwhile. */
export interface News {
  readonly conversationId: string;
  /** Of the first and the last of it. */
  readonly from: number;
  readonly to: number;
  /** In order. */
  readonly audience: readonly { readonly userId: string; readonly member: boolean }[];
}

/** What the operations of a batch tell, by conversation. */
export const newsOf = (
  byConversation: readonly (readonly [conversationId: string, operations: readonly WatermarkOperation[]])[],
): readonly News[] =>
  byConversation.map(([conversationId, operations]) => ({
    conversationId,
    from: operations[0]?.position ?? 0,
    to: operations.at(-1)?.position ?? 0,
    audience: operations.flatMap(audienceOf),
  }));

function audienceOf(operation: WatermarkOperation): News['audience'] {
  switch (operation.type) {
    case 'start':
      return operation.userIds.map((userId) => ({ userId, member: true }));
    case 'join':
    case 'leave':
      return [{ userId: operation.userId, member: operation.type === 'join' }];
    case 'sent':
    case 'advance':
    case 'touch':
      return [];
    default:
      throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
  }
}

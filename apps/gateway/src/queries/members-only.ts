import { ParleyError } from '@parley/platform';
import type { ConversationMembership, MembershipReader } from '@parley/ports';

/**
 * Who reads must be a member now. Strangers, former members and those who ask for what never was get one and the same
 * answer.
 * @throws ParleyError `conversation_not_found`
 */
export async function memberOnly(
  membership: MembershipReader,
  conversationId: string,
  userId: string,
): Promise<ConversationMembership> {
  const found = await membership.membership(conversationId, userId);
  if (found === null || found.role === null) throw new ParleyError('conversation_not_found');
  return found;
}

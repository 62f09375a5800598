import type { UserBlocked, UserUnblocked } from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import type { UserState } from '../state.js';

export interface BlockUser {
  /** Who is blocked. */
  readonly userId: string;
}

export function blockUser(state: UserState, command: BlockUser): Decision<UserBlocked> {
  if (state.phase === 'not-registered') return refuse({ code: 'user_not_found' });
  const { userId } = command;
  if (userId === state.userId) return refuse({ code: 'self_not_allowed' });
  if (state.blocked.has(userId)) return nothingToDo;
  const limit = limits.blocksPerUser;
  if (state.blocked.size >= limit) {
    return refuse({ code: 'block_limit', details: { limit, actual: state.blocked.size + 1 } });
  }
  return accept({ type: 'UserBlocked.v1', data: { userId } });
}

export interface UnblockUser {
  readonly userId: string;
}

export function unblockUser(state: UserState, command: UnblockUser): Decision<UserUnblocked> {
  if (state.phase === 'not-registered') return refuse({ code: 'user_not_found' });
  const { userId } = command;
  return state.blocked.has(userId) ? accept({ type: 'UserUnblocked.v1', data: { userId } }) : nothingToDo;
}

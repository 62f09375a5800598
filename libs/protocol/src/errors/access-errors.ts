import { row } from './error-definition.js';

/** 3xx: not there, or not yours: the two cannot be told apart. */
export const accessErrors = {
  not_found: row(
    300,
    404,
    false,
    'Not found',
    'It does not exist, or it is not yours to see: the two cannot be told apart.',
    'Check the id and your membership.',
  ),
  conversation_not_found: row(
    301,
    404,
    false,
    'Conversation not found',
    'It does not exist, or you are not a member: the two cannot be told apart.',
    'Check the id and your membership.',
  ),
  message_not_found: row(
    302,
    404,
    false,
    'Message not found',
    'There is no such message that is yours to see.',
    'Check the sequence.',
  ),
  user_not_found: row(
    303,
    404,
    false,
    'User not found',
    'There is nobody with this id or name.',
    'Check the id or the name.',
  ),
  forbidden: row(
    304,
    403,
    false,
    'Not allowed',
    'You are a member, but your role has not this right.',
    'Ask an admin or the owner.',
  ),
  scope_missing: row(
    305,
    403,
    false,
    'Scope missing',
    'The token has not the scope that this needs.',
    'Use a token with the scope named in `detail`.',
  ),
  invite_invalid: row(
    306,
    404,
    false,
    'Invite not valid',
    'Unknown, expired, used up or revoked.',
    'Ask for a new invite link.',
  ),
  device_not_found: row(307, 404, false, 'Device not found', 'You have no such device.', 'List your devices.'),
} as const;

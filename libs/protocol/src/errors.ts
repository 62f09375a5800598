/**
 * Every error a client can meet, on REST and on sockets: stable code, number (sockets), HTTP status, whether the same
 * request may succeed later, and for the docs page its cause and cure. Codes are never renamed or reused.
 */
export interface ErrorDefinition {
  readonly number: number;
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly cause: string;
  readonly cure: string;
}

const define = <T extends Record<string, ErrorDefinition>>(table: T): { readonly [K in keyof T]: ErrorDefinition } => table;
const row = (
  number: number,
  status: number,
  retryable: boolean,
  title: string,
  cause: string,
  cure: string,
): ErrorDefinition => ({ number, status, retryable, title, cause, cure });

/** 1xx request, 2xx identity, 3xx not allowed or not found, 4xx conversation rules, 5xx limits, 6xx service. */
export const errors = define({
  malformed_json: row(100, 400, false, 'Not JSON', 'The body or frame is not valid UTF-8 JSON.', 'Send one JSON value encoded as UTF-8.'),
  invalid_request: row(101, 400, false, 'A field is wrong', 'A field is missing, unknown, of the wrong type or out of range; `errors` names each by JSON pointer.', 'Mend the named fields.'),
  unknown_frame: row(102, 400, false, 'Unknown frame type', 'The frame has a `type` this server does not know.', 'See the AsyncAPI document for the types.'),
  payload_too_large: row(103, 413, false, 'Too large', 'The body or frame is larger than the limit.', 'See `limits` in /.well-known/parley.'),
  invalid_cursor: row(104, 400, false, 'Not a cursor of this server', 'The cursor was altered or comes from another server.', 'Start without a cursor.'),
  unsupported_media_type: row(105, 415, false, 'Not JSON', 'The body is not application/json.', 'Send `Content-Type: application/json`.'),
  route_not_found: row(106, 404, false, 'No such route', 'Nothing is served at this path and method.', 'See /openapi.json.'),
  idempotency_key_invalid: row(107, 400, false, 'Idempotency-Key is not usable', 'The header is empty, too long or not a quoted string.', 'Send 1 to 64 visible characters in double quotes.'),

  unauthenticated: row(200, 401, false, 'Not logged in', 'No token, or one that is malformed, altered, from another issuer or for another audience.', 'Log in, then send `Authorization: Bearer …` or a hello frame.'),
  token_expired: row(201, 401, true, 'Token expired', 'The access token is past its time.', 'Refresh it and repeat.'),
  wrong_credentials: row(202, 401, false, 'Wrong user name or password', 'The pair is not known. Which of the two is wrong is not told.', 'Try again or register.'),
  refresh_token_reused: row(203, 401, false, 'Refresh token used twice', 'A refresh token that was already exchanged came again: the whole family is revoked, because one of the two holders stole it.', 'Log in again.'),
  session_revoked: row(204, 401, false, 'Logged out', 'The device was logged out elsewhere.', 'Log in again.'),
  hello_expected: row(205, 401, false, 'Say hello first', 'The first frame on a socket without a token header must be `hello`.', 'Send hello with the access token.'),

  not_found: row(300, 404, false, 'Not found', 'It does not exist, or it is not yours to see: the two cannot be told apart.', 'Check the id and your membership.'),
  conversation_not_found: row(301, 404, false, 'Conversation not found', 'It does not exist, or you are not a member: the two cannot be told apart.', 'Check the id and your membership.'),
  message_not_found: row(302, 404, false, 'Message not found', 'There is no such message that is yours to see.', 'Check the sequence.'),
  user_not_found: row(303, 404, false, 'User not found', 'There is nobody with this id or name.', 'Check the id or the name.'),
  forbidden: row(304, 403, false, 'Not allowed', 'You are a member, but your role has not this right.', 'Ask an admin or the owner.'),
  scope_missing: row(305, 403, false, 'Scope missing', 'The token has not the scope that this needs.', 'Use a token with the scope named in `detail`.'),
  invite_invalid: row(306, 404, false, 'Invite not valid', 'Unknown, expired, used up or revoked.', 'Ask for a new invite link.'),
  device_not_found: row(307, 404, false, 'Device not found', 'You have no such device.', 'List your devices.'),

  username_taken: row(400, 409, false, 'User name taken', 'Somebody has this user name.', 'Choose another.'),
  idempotency_conflict: row(401, 422, false, 'Same id, other content', 'This clientMessageId or Idempotency-Key was used for a different request.', 'Use a new id for a new message.'),
  idempotency_in_progress: row(402, 409, true, 'Still working on it', 'The first request with this Idempotency-Key has not been answered yet.', 'Repeat in a moment.'),
  message_refused: row(403, 403, false, 'Message refused', 'This person does not take direct messages from you.', 'Nothing to do.'),
  message_deleted: row(404, 409, false, 'Message is deleted', 'A deleted message cannot be changed.', 'Nothing to do.'),
  not_your_message: row(405, 403, false, 'Not your message', 'Only its sender may edit a message.', 'Nothing to do.'),
  not_editable: row(406, 409, false, 'Not editable', 'Only text messages can be edited.', 'Delete it and send a new one.'),
  direct_conversation_fixed: row(407, 409, false, 'A direct conversation stays as it is', 'Two people, no title, no roles: nothing to change.', 'Start a group.'),
  last_owner: row(408, 409, false, 'The owner cannot leave', 'A conversation with other members needs an owner.', 'Transfer the ownership first.'),
  not_a_member: row(409, 409, false, 'Not a member', 'The person named is not a member of the conversation.', 'Add them first.'),
  mention_not_member: row(410, 422, false, 'Mention of a non-member', 'Only members can be mentioned.', 'Leave the mention out.'),
  reply_target_missing: row(411, 422, false, 'No such message to reply to', '`replyTo` is not the sequence of a message you can see.', 'Check the sequence.'),
  watermark_past_end: row(412, 422, false, 'Watermark past the last message', 'A watermark cannot pass the last message.', 'Send at most `lastSequence`.'),
  self_not_allowed: row(413, 422, false, 'Not with yourself', 'This needs another person.', 'Name somebody else.'),
  precondition_failed: row(414, 412, false, 'Changed in between', '`If-Match` names an older state.', 'Read again, then decide.'),

  content_too_large: row(500, 422, false, 'Text too long', 'The text is longer than the limit in UTF-8 bytes; `detail` tells both numbers.', 'Send it in parts.'),
  title_too_long: row(501, 422, false, 'Title too long', 'Longer than the limit in UTF-8 bytes.', 'Shorten it.'),
  description_too_long: row(502, 422, false, 'Description too long', 'Longer than the limit in UTF-8 bytes.', 'Shorten it.'),
  member_limit: row(503, 409, false, 'Too many members', 'The conversation is full.', 'Start a channel, or another group.'),
  pin_limit: row(504, 409, false, 'Too many pins', 'The conversation has as many pinned messages as it may.', 'Unpin one.'),
  reaction_limit: row(505, 409, false, 'Too many reactions', 'The message has as many different reactions as it may.', 'Use one that is there.'),
  invite_limit: row(506, 409, false, 'Too many invites', 'The conversation has as many live invites as it may.', 'Revoke one.'),
  device_limit: row(507, 409, false, 'Too many devices', 'You have as many devices as you may.', 'Log one out.'),
  mention_limit: row(508, 422, false, 'Too many mentions', 'A message mentions more people than it may.', 'Mention fewer.'),
  block_limit: row(509, 409, false, 'Too many blocks', 'You have blocked as many people as you may.', 'Unblock somebody.'),
  invalid_text: row(510, 422, false, 'Text not usable', 'Empty, or only white space where a name is needed.', 'Write something.'),

  rate_limited: row(600, 429, true, 'Too many requests', 'More requests than the limit.', 'Wait as `Retry-After` (REST) or `retryAfterMs` (socket) says.'),
  too_many_connections: row(601, 429, true, 'Too many connections', 'The limit of sockets per user or address is reached.', 'Close one, or wait.'),
  log_unavailable: row(602, 503, true, 'Cannot accept now', 'The event log is out of reach: nothing was promised.', 'Repeat with the same clientMessageId: it is never sent twice.'),
  feature_unavailable: row(603, 503, true, 'Feature out of order', 'The engine behind this feature is away; sending still works.', 'Repeat after `Retry-After`.'),
  not_yet_projected: row(604, 503, true, 'Not there yet', 'The reads have not reached `Parley-Min-Position` in time.', 'Repeat after `Retry-After`.'),
  overloaded: row(605, 503, true, 'Too busy', 'A queue is full.', 'Repeat after a moment, with backoff.'),
  shutting_down: row(606, 503, true, 'Going away', 'This node is being stopped.', 'Reconnect: another node, or this one again, will answer.'),
  conflict: row(607, 409, true, 'Concurrent changes', 'Others changed the same conversation, again and again.', 'Repeat.'),
  internal: row(699, 500, true, 'Our mistake', 'Something unforeseen; it is in the log under `traceId`.', 'Report the `traceId`.'),
});

export type ErrorCode = keyof typeof errors;

/** Close codes tell the client what to do: 4000–4499 reconnect, 4500–4999 stop. Standard ones as in RFC 6455. */
export const closeCodes = {
  goingAway: { code: 1001, reconnect: true, meaning: 'The server is being stopped. Reconnect after the delay in the going_away frame.' },
  slowReader: { code: 4000, reconnect: true, meaning: 'The socket did not read fast enough. Reconnect and resume from the last cursor.' },
  heartbeatMissed: { code: 4001, reconnect: true, meaning: 'Nothing was heard for two heartbeats. Reconnect and resume from the last cursor.' },
  tokenExpired: { code: 4002, reconnect: true, meaning: 'The access token ran out. Refresh it, reconnect, resume.' },
  tryLater: { code: 4003, reconnect: true, meaning: 'Too many connects at once. Reconnect after the delay in the error frame.' },
  helloTimeout: { code: 4004, reconnect: true, meaning: 'No hello in time. Reconnect and say hello at once.' },
  resync: { code: 4005, reconnect: true, meaning: 'The server could not go on from where it was. Reconnect and resume from the last cursor.' },
  unauthenticated: { code: 4500, reconnect: false, meaning: 'The token is not valid. Log in again.' },
  sessionReplaced: { code: 4501, reconnect: false, meaning: 'The same device connected again elsewhere.' },
  loggedOut: { code: 4502, reconnect: false, meaning: 'This device was logged out.' },
  protocolViolation: { code: 4503, reconnect: false, meaning: 'A frame could not be read: not JSON, binary, or hello missing. The error frame before tells which.' },
  flooding: { code: 4504, reconnect: false, meaning: 'Errors or frames far beyond the limits.' },
  frameTooLarge: { code: 1009, reconnect: false, meaning: 'A frame is larger than the limit.' },
  tooManyConnections: { code: 4505, reconnect: false, meaning: 'The limit of sockets per user or address is reached. Close another first.' },
} as const;
export type CloseReason = keyof typeof closeCodes;

import { row } from './error-definition.js';

/** 1xx: what was sent cannot be read. */
export const requestErrors = {
  malformed_json: row(
    100,
    400,
    false,
    'Not JSON',
    'The body or frame is not valid UTF-8 JSON.',
    'Send one JSON value encoded as UTF-8.',
  ),
  invalid_request: row(
    101,
    400,
    false,
    'A field is wrong',
    'A field is missing, unknown, of the wrong type or out of range; `errors` names each by JSON pointer.',
    'Mend the named fields.',
  ),
  unknown_frame: row(
    102,
    400,
    false,
    'Unknown frame type',
    'The frame has a `type` this server does not know.',
    'See the AsyncAPI document for the types.',
  ),
  payload_too_large: row(
    103,
    413,
    false,
    'Too large',
    'The body or frame is larger than the limit.',
    'See `limits` in /.well-known/parley.',
  ),
  invalid_cursor: row(
    104,
    400,
    false,
    'Not a cursor of this server',
    'The cursor was altered or comes from another server.',
    'Start without a cursor.',
  ),
  unsupported_media_type: row(
    105,
    415,
    false,
    'Not JSON',
    'The body is not application/json.',
    'Send `Content-Type: application/json`.',
  ),
  route_not_found: row(
    106,
    404,
    false,
    'No such route',
    'Nothing is served at this path and method.',
    'See /openapi.json.',
  ),
  idempotency_key_invalid: row(
    107,
    400,
    false,
    'Idempotency-Key is not usable',
    'The header is empty, too long or not a quoted string.',
    'Send 1 to 64 visible characters in double quotes.',
  ),
} as const;

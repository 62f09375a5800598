import { row } from './error-definition.js';

/** 2xx: who you are is not known (any more). */
export const identityErrors = {
  unauthenticated: row(
    200,
    401,
    false,
    'Not logged in',
    'No token, or one that is malformed, altered, from another issuer or for another audience.',
    'Log in, then send `Authorization: Bearer …` or a hello frame.',
  ),
  token_expired: row(201, 401, true, 'Token expired', 'The access token is past its time.', 'Refresh it and repeat.'),
  wrong_credentials: row(
    202,
    401,
    false,
    'Wrong user name or password',
    'The pair is not known. Which of the two is wrong is not told.',
    'Try again or register.',
  ),
  refresh_token_reused: row(
    203,
    401,
    false,
    'Refresh token used twice',
    'A refresh token that was already exchanged came again: the whole family is revoked, because one of the two holders stole it.',
    'Log in again.',
  ),
  session_revoked: row(204, 401, false, 'Logged out', 'The device was logged out elsewhere.', 'Log in again.'),
  hello_expected: row(
    205,
    401,
    false,
    'Say hello first',
    'The first frame on a socket without a token header must be `hello`.',
    'Send hello with the access token.',
  ),
} as const;

import type { ParleyClientError } from './errors.js';

/**
 * The few values of the protocol that are needed at run time. They are repeated here because `@parley/protocol` brings
 * its validator along, which a browser need not load; a spec compares them with the originals.
 */
export const subprotocol = 'parley.v1.json';
export const maxFramesPerMessage = 256;
export const maxHistoryPage = 200;
/** Close code by which the server says that the token ran out. */
export const tokenExpiredClose = 4002;

/** 4500 to 4999 and "too big" end it: coming back would end the same way. Everything else is worth another try. */
export const mayReconnect = (closeCode: number): boolean =>
  closeCode !== 1009 && !(closeCode >= 4500 && closeCode <= 4999);

/** What a close code that ends it means, as an error. */
export function stopReason(closeCode: number): ParleyClientError['code'] {
  switch (closeCode) {
    case 1009:
      return 'payload_too_large';
    case 4501:
      return 'session_replaced';
    case 4502:
      return 'session_revoked';
    case 4503:
      return 'malformed_json';
    case 4504:
      return 'rate_limited';
    case 4505:
      return 'too_many_connections';
    default:
      return 'unauthenticated';
  }
}

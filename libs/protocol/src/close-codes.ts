/** Close codes tell the client what to do: 4000–4499 reconnect, 4500–4999 stop. Standard ones as in RFC 6455. */
export const closeCodes = {
  goingAway: {
    code: 1001,
    reconnect: true,
    meaning: 'The server is being stopped. Reconnect after the delay in the going_away frame.',
  },
  slowReader: {
    code: 4000,
    reconnect: true,
    meaning: 'The socket did not read fast enough. Reconnect and resume from the last cursor.',
  },
  heartbeatMissed: {
    code: 4001,
    reconnect: true,
    meaning: 'Nothing was heard for two heartbeats. Reconnect and resume from the last cursor.',
  },
  tokenExpired: { code: 4002, reconnect: true, meaning: 'The access token ran out. Refresh it, reconnect, resume.' },
  tryLater: {
    code: 4003,
    reconnect: true,
    meaning: 'Too many connects at once. Reconnect after the delay in the error frame.',
  },
  helloTimeout: { code: 4004, reconnect: true, meaning: 'No hello in time. Reconnect and say hello at once.' },
  resync: {
    code: 4005,
    reconnect: true,
    meaning: 'The server could not go on from where it was. Reconnect and resume from the last cursor.',
  },
  addressBusy: {
    code: 4006,
    reconnect: true,
    meaning:
      'The limit of sockets per address is reached, perhaps by others behind it. Reconnect after the delay in the error frame.',
  },
  unauthenticated: { code: 4500, reconnect: false, meaning: 'The token is not valid. Log in again.' },
  sessionReplaced: { code: 4501, reconnect: false, meaning: 'The same device connected again elsewhere.' },
  loggedOut: { code: 4502, reconnect: false, meaning: 'This device was logged out.' },
  protocolViolation: {
    code: 4503,
    reconnect: false,
    meaning: 'A frame could not be read: not JSON, binary, or hello missing. The error frame before tells which.',
  },
  flooding: { code: 4504, reconnect: false, meaning: 'Errors or frames far beyond the limits.' },
  frameTooLarge: { code: 1009, reconnect: false, meaning: 'A frame is larger than the limit.' },
  tooManyConnections: {
    code: 4505,
    reconnect: false,
    meaning: 'The limit of sockets per user is reached. Close another first.',
  },
} as const;
export type CloseReason = keyof typeof closeCodes;

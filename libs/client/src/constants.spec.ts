import * as protocol from '@parley/protocol';
import { expect, it } from 'vitest';
import { readsOfCommandSide, type RouteId, routes } from './api/routes.js';
import {
  maxFramesPerMessage,
  maxHistoryPage,
  mayReconnect,
  stopReason,
  subprotocol,
  tokenExpiredClose,
} from './constants.js';

it('repeats the protocol’s values', () => {
  expect(subprotocol).toBe(protocol.subprotocol);
  expect(maxFramesPerMessage).toBe(protocol.maxFramesPerMessage);
  expect(maxHistoryPage).toBe(protocol.maxHistoryPage);
  expect(tokenExpiredClose).toBe(protocol.closeCodes.tokenExpired.code);
});

it.each(Object.entries(protocol.closeCodes))(
  'does after %s what the table of close codes says',
  (_, { code, reconnect }) => {
    expect(mayReconnect(code)).toBe(reconnect);
    expect(Object.keys(protocol.errors).concat('session_replaced')).toContain(stopReason(code));
  },
);

it.each([1000, 1005, 1006, 1011, 1012, 1013, 4042, 4499])('comes back after %i', (code) => {
  expect(mayReconnect(code)).toBe(true);
});

it.each(Object.entries(routes))('knows the route %s as the protocol does', (id, route) => {
  const table = protocol.allRoutes.find((each) => each.id === id);
  expect(`${table?.method} ${table?.path}`).toBe(route);
  const toCommands = table?.method !== 'GET' || readsOfCommandSide.has(id as RouteId);
  expect(table?.app).toBe(toCommands ? 'command-api' : 'gateway');
});

import { EventStoreDBClient } from '@eventstore/db-client';
import { expect, it } from 'vitest';
import { ownAppendToStream } from './own-append.js';

it('gives each connection its own table and leaves the shared client as it was', () => {
  const shared = EventStoreDBClient.prototype.appendToStream;
  const [one, other] = [ownAppendToStream(), ownAppendToStream()];
  expect(new Set([shared, one, other]).size).toBe(3);
  expect(EventStoreDBClient.prototype.appendToStream).toBe(shared);
});

import { randomUUID } from 'node:crypto';
import { METADATA_TYPE, metastreamOf } from '../semantics/stream-metadata.js';
import type { EventLog } from './event-log.js';
import type { ProposedEvent } from './record.js';

function systemEvent(type: string, data: unknown): ProposedEvent {
  const json = Buffer.from(JSON.stringify(data));
  return { id: randomUUID(), type, isJson: true, data: json, metadata: Buffer.alloc(0) };
}

/**
 * System events like those that the product writes by itself, so that nobody comes to rely on a log that begins with
 * his own first event: users and settings when the log is new, and an epoch at each start.
 */
export async function writeSystemEvents(log: EventLog): Promise<void> {
  if (log.index.count === 0) {
    const monthInSeconds = 30 * 24 * 60 * 60;
    const retention = systemEvent(METADATA_TYPE, { $maxAge: monthInSeconds });
    await log.append(metastreamOf('$scavenges'), 'any', [retention]);
    for (const [login, name, role] of [
      ['admin', 'Administrator', '$admins'],
      ['ops', 'Operations', '$ops'],
    ]) {
      await log.append(`$user-${login}`, 'any', [
        systemEvent('$UserCreated', { loginName: login, fullName: name, groups: [role] }),
      ]);
      await log.append('$users', 'any', [systemEvent('$User', login)]);
    }
  }
  const number = log.streams.lastRevision('$epoch-information') + 1;
  await log.append('$epoch-information', 'any', [systemEvent('$epoch-information', { epochNumber: number })]);
}

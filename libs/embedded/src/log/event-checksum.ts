import { EventLogUnavailable } from '@parley/ports';
import { crc32 } from 'node:zlib';

/** What is stored differs from what was written. Waiting does not help: the log must be restored from a backup. */
export class EventLogDamaged extends EventLogUnavailable {}

export interface ChecksummedEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly time: number;
  readonly eventId: string;
  readonly data: string;
  readonly metadata: string;
}

/** CRC-32 over everything that the log knows of an event, its place and the names of its stream and type included. */
export const checksumOf = (event: ChecksummedEvent): number =>
  crc32(
    `${event.position} ${event.revision} ${event.time} ${event.eventId} ${event.type} ${event.stream}\n${event.data}\n${event.metadata}`,
  );

/** Events from before there were checksums have null. @throws EventLogDamaged */
export function assertUndamaged(event: ChecksummedEvent, checksum: number | null): void {
  if (checksum === null || checksum === checksumOf(event)) return;
  throw new EventLogDamaged(
    `log.db is damaged: the event at position ${event.position} is not what was written: restore it from a backup`,
  );
}

/** Nothing is ever deleted, so what follows each other has no gaps. @throws EventLogDamaged */
export function assertGapless(numbers: Iterable<number>, what: string): void {
  let last: number | null = null;
  for (const number of numbers) {
    if (last !== null && Math.abs(number - last) !== 1) {
      throw new EventLogDamaged(
        `log.db is damaged: ${what}: ${last} is followed by ${number}: restore it from a backup`,
      );
    }
    last = number;
  }
}

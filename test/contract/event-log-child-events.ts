import type { NewEvent } from '@parley/events';

/** Event number n of the child process: its id and data tell n. */
export const childEvent = (n: number): NewEvent => ({
  eventId: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  type: 'Numbered.v1',
  data: JSON.stringify({ n, pad: 'x'.repeat(n % 700) }),
  metadata: '{}',
  time: n,
});

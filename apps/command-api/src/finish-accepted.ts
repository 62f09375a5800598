import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { METRICS, type Metrics } from '@parley/platform';
import { Conversations } from './conversations/conversations.js';
import { Receipts } from './receipts/receipts.js';
import { Users } from './users/users.js';

/** Stopping: what was accepted is finished and answered, what comes later is refused. Also tells how much waits. */
@Injectable()
export class FinishAccepted implements OnApplicationShutdown {
  constructor(
    @Inject(Receipts) private readonly receipts: Receipts,
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.gauge(
      'parley_stream_queue_depth',
      'Commands waiting at the owners of their streams',
      ['stream'],
      (gauge) => {
        gauge.set({ stream: 'conversation' }, conversations.queued);
        gauge.set({ stream: 'receipts' }, receipts.queued);
        gauge.set({ stream: 'user' }, users.queued);
      },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.receipts.close(), this.conversations.close(), this.users.close()]);
  }
}

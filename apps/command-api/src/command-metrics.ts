import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics } from '@parley/platform';
import type { Command } from '@parley/ports';

type CommandType = Command['type'];

/** Rate, errors and duration of commands. */
@Injectable()
export class CommandMetrics {
  readonly #durations;
  readonly #rejections;
  /** Looking up labels for each message would cost more than measuring it. */
  readonly #durationOf = new Map<CommandType, { observe(seconds: number): void }>();

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#durations = metrics.histogram('parley_command_duration_seconds', 'From asking to the durable answer', [
      'command',
      'outcome',
    ]);
    this.#rejections = metrics.counter('parley_command_rejections_total', 'Commands refused or failed', [
      'command',
      'code',
    ]);
  }

  /** `started`: of performance.now(). */
  done(command: CommandType, started: number): void {
    let duration = this.#durationOf.get(command);
    if (duration === undefined) {
      duration = this.#durations.labels({ command, outcome: 'accepted' });
      this.#durationOf.set(command, duration);
    }
    duration.observe((performance.now() - started) / 1_000);
  }

  rejected(command: CommandType, code: string, started: number): void {
    this.#rejections.inc({ command, code });
    this.#durations.observe((performance.now() - started) / 1_000, { command, outcome: 'rejected' });
  }
}

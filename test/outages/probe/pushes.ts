import { ParleyClient } from '@parley/client';
import { password } from '../../kit/people.js';
import type { Shown } from '../judge/push-faults.js';
import type { Asked } from './features.js';
import type { Askers } from './people.js';

/** What was not shown after so long is lost, ms. */
const lostMs = 45_000;

/** When each accepted message was shown live by each of ben's devices. */
export class Pushes {
  readonly #acceptedAt = new Map<number, number>();
  /** By device and sequence: when it was shown, each time. */
  readonly #shownAt: readonly Map<number, number[]>[];

  private constructor(
    private readonly askers: Askers,
    private readonly devices: readonly ParleyClient[],
  ) {
    this.#shownAt = devices.map((device) => {
      const shown = new Map<number, number[]>();
      device.on('message', ({ conversationId, sequence }) => {
        if (conversationId !== askers.conversationId) return;
        shown.set(sequence, [...(shown.get(sequence) ?? []), performance.now()]);
      });
      return shown;
    });
  }

  static async begin(url: string, askers: Askers): Promise<Pushes> {
    const devices = [1, 2].map(() => new ParleyClient({ url, connection: { backoffCapMs: 2_000 } }));
    await Promise.all(
      devices.map(async (device, index) => {
        await device.logIn({ username: askers.ben.username, password, deviceName: `listener ${index + 1}` });
        await device.connect();
      }),
    );
    return new Pushes(askers, devices);
  }

  accepted(sequence: number): void {
    if (!this.#acceptedAt.has(sequence)) this.#acceptedAt.set(sequence, performance.now());
  }

  /** Of those accepted not long before a moment (performance.now): what is older will not be shown any more. */
  waiting(before: number): number {
    return this.#asked().filter(({ kind, at }) => kind === 'failed' && at < before && at > before - lostMs).length;
  }

  /** As of now, in the order of acceptance. */
  shown(): readonly Shown[] {
    return [...this.#acceptedAt].map(([sequence, at]) => ({
      sequence,
      at,
      times: this.#shownAt.map((shown) => shown.get(sequence)?.length ?? 0),
    }));
  }

  /** As of now. What was not shown everywhere counts as failed. */
  asked(): readonly Asked[] {
    return this.#asked();
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.logOut().catch(() => device.close())));
  }

  #asked(): Asked[] {
    return [...this.#acceptedAt].map(([sequence, at]): Asked => {
      const firsts = this.#shownAt.flatMap((shown) => shown.get(sequence)?.[0] ?? []);
      const feature = 'live push';
      if (firsts.length === this.devices.length)
        return { feature, at, ms: Math.max(at, ...firsts) - at, kind: 'answered' };
      const reason = `shown by ${firsts.length} of ${this.devices.length} devices`;
      return { feature, at, ms: performance.now() - at, kind: 'failed', reason };
    });
  }
}

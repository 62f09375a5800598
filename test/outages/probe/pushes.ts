import { ParleyClient } from '@parley/client';
import { password } from '../../kit/people.js';
import type { Asked } from './features.js';
import type { Askers } from './people.js';

/** What was not shown after so long is lost, ms. */
const lostMs = 45_000;

/** When each accepted message was shown live by each of ben's devices. */
export class Pushes {
  readonly #acceptedAt = new Map<number, number>();
  /** By sequence: when each device had shown it. */
  readonly #shownAt = new Map<number, number[]>();

  private constructor(
    private readonly askers: Askers,
    private readonly devices: readonly ParleyClient[],
  ) {
    for (const device of devices) {
      device.on('message', ({ conversationId, sequence }) => {
        if (conversationId !== askers.conversationId) return;
        this.#shownAt.set(sequence, [...(this.#shownAt.get(sequence) ?? []), performance.now()]);
      });
    }
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

  /** As of now. What was not shown everywhere counts as failed; what was shown more than once too. */
  asked(): readonly Asked[] {
    return this.#asked();
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.logOut().catch(() => device.close())));
  }

  #asked(): Asked[] {
    const { length: wanted } = this.devices;
    return [...this.#acceptedAt].map(([sequence, at]): Asked => {
      const shown = this.#shownAt.get(sequence) ?? [];
      const ms = (shown.length < wanted ? performance.now() : Math.max(at, ...shown)) - at;
      const feature = 'live push';
      if (shown.length === wanted) return { feature, at, ms, kind: 'answered' };
      return { feature, at, ms, kind: 'failed', reason: `shown by ${shown.length} of ${wanted} devices` };
    });
  }
}

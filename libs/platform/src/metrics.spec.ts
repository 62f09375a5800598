import { describe, expect, it, vi } from 'vitest';
import { createMetrics } from './metrics.js';

describe('a gauge that is asked for at each scrape', () => {
  it('is left out while what it asks is away, and hides nothing else', async () => {
    const metrics = createMetrics();
    const answer = vi.fn<() => Promise<number>>().mockResolvedValue(3);
    metrics.gauge('lag', 'How far behind', ['projection'], async (gauge) =>
      gauge.set({ projection: 'inbox' }, await answer()),
    );
    metrics.counter('sent', 'How many').inc();
    expect(await metrics.text()).toContain('lag{projection="inbox"} 3');

    answer.mockRejectedValue(new Error('away'));
    const without = await metrics.text();
    expect(without).not.toContain('lag{');
    expect(without).toContain('sent 1');

    answer.mockReturnValue(new Promise(() => undefined));
    expect(await metrics.text()).toContain('sent 1');

    answer.mockResolvedValue(5);
    expect(await metrics.text()).toContain('lag{projection="inbox"} 5');
  });
});

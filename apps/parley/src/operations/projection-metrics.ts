import { Inject, Injectable } from '@nestjs/common';
import { METRICS, type Metrics, PROJECTION_ADMIN } from '@parley/platform';
import type { ProjectionAdmin, ProjectionStatus } from '@parley/ports';

/** How far the projections are, asked at each scrape. */
@Injectable()
export class ProjectionMetrics {
  constructor(@Inject(METRICS) metrics: Metrics, @Inject(PROJECTION_ADMIN) admin: ProjectionAdmin) {
    const expose = (name: string, help: string, value: (status: ProjectionStatus) => number | null): void => {
      metrics.gauge(name, help, ['projection'], async (gauge) => {
        for (const status of await admin.status()) {
          const told = value(status);
          if (told === null) gauge.remove({ projection: status.name });
          else gauge.set({ projection: status.name }, told);
        }
      });
    };
    expose('parley_projection_lag_events', 'Events of the log that the projection has not applied yet', (s) => s.lag);
    expose('parley_projection_last_applied_position', 'Position up to which the projection is', (s) => s.position);
    expose('parley_projection_parked_events', 'Events that could not be applied', (s) => s.parked);
    expose('parley_projection_size_bytes', 'Size of the projection on disk', (s) => s.bytes);
    expose('parley_projection_failed', '1 while the projection is out of order', (s) => (s.state === 'failed' ? 1 : 0));
  }
}

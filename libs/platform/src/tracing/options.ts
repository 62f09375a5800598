import type { Logger } from '../logging.js';

export type TracingEnvironment = Readonly<Record<string, string | undefined>>;

export interface StartTracingOptions {
  /** With the standard variables (`OTEL_…`). */
  readonly environment: TracingEnvironment;
  /** Where OTEL_SERVICE_NAME names none. */
  readonly serviceName: string;
  /** Told what cannot be sent; absent: nobody. */
  readonly logger?: Pick<Logger, 'warn'>;
}

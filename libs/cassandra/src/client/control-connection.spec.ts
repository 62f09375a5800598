import cassandra from 'cassandra-driver';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepControlConnection } from './control-connection.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const logger = { debug: vi.fn<() => void>() };

/** The driver's, of which an attempt fails as two at once do. */
function aControlConnection() {
  const control = {
    connection: null as object | null,
    _isShuttingDown: false,
    attempts: 0,
    _refresh: async () => {
      control.attempts++;
      if (control.attempts === 1) throw new TypeError("Cannot read properties of null (reading 'endpoint')");
      control.connection = {};
    },
  };
  keepControlConnection({ controlConnection: control } as unknown as cassandra.Client, logger);
  return control;
}

it('is tried again when an attempt broke off and no other one goes on', async () => {
  const control = aControlConnection();
  await control._refresh();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(control).toMatchObject({ attempts: 2, connection: {} });
});

it('is left alone when another attempt went on, or the driver is closed', async () => {
  const [other, closed] = [aControlConnection(), aControlConnection()];
  await Promise.all([other._refresh(), closed._refresh()]);
  other.connection = {};
  closed._isShuttingDown = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([other.attempts, closed.attempts]).toEqual([1, 1]);
});

it('is where the driver has it', () => {
  const driver = new cassandra.Client({ contactPoints: ['127.0.0.1'], localDataCenter: 'none' });
  const { controlConnection } = driver as unknown as { readonly controlConnection: Record<string, unknown> };
  expect(controlConnection).toMatchObject({ connection: null, _isShuttingDown: false });
  expect(controlConnection['_refresh']).toBeTypeOf('function');
});

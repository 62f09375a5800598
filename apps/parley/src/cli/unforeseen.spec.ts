import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { endOnUnforeseen } from './unforeseen.js';

it.each(['uncaughtException', 'unhandledRejection'])('says what it was and ends with 1 on an %s', (event) => {
  const process = Object.assign(new EventEmitter(), { exit: vi.fn<(code?: number) => never>() });
  const fatal = vi.fn<(fields: object, what: string) => void>();
  endOnUnforeseen({ fatal }, process as unknown as NodeJS.Process);
  const error = new TypeError('of this test');
  process.emit(event, error);
  expect(fatal).toHaveBeenCalledExactlyOnceWith({ err: error }, expect.stringContaining('nobody'));
  expect(process.exit).toHaveBeenCalledExactlyOnceWith(1);
});

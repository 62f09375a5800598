import { ReadModelUnavailable } from '@parley/ports';
import cassandra from 'cassandra-driver';
import { describe, expect, it } from 'vitest';
import { asUnavailable, isReadFailure, messageOf } from './failures.js';

const { errors, types } = cassandra;
const { responseErrorCodes: codes } = types;

describe('failures of the engine', () => {
  it.each([
    new errors.NoHostAvailableError({}),
    new errors.OperationTimedOutError('late'),
    new errors.BusyConnectionError('host', 1, 1),
    new errors.AuthenticationError('who?'),
    new errors.ResponseError(codes.unavailableException, 'too few replicas'),
    new errors.ResponseError(codes.overloaded, 'overloaded'),
    new errors.ResponseError(codes.writeTimeout, 'write timeout'),
    new errors.ResponseError(codes.readFailure, 'Unknown column during deserialization'),
    Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' }),
    Object.assign(new Error('closed'), { isSocketError: true }),
    new Error('No connection available'),
  ])('%s makes the read model unavailable', (error) => {
    expect(asUnavailable(error)).toBeInstanceOf(ReadModelUnavailable);
    expect((asUnavailable(error) as Error).cause).toBe(error);
  });

  it.each([
    new errors.ResponseError(codes.syntaxError, 'no viable alternative'),
    new errors.ResponseError(codes.invalid, 'unconfigured table'),
    new errors.ArgumentError('no such profile'),
    new TypeError('not a number'),
    new RangeError('too large'),
  ])('%s is a fault of ours', (error) => {
    expect(asUnavailable(error)).toBe(error);
  });

  it('tell which nodes said what', () => {
    const inner = { '10.0.0.1:9042': new Error('refused'), '10.0.0.2:9042': 'Host considered as DOWN' };
    expect(messageOf(new errors.NoHostAvailableError(inner))).toBe(
      'no node answers (10.0.0.1:9042: refused; 10.0.0.2:9042: Host considered as DOWN)',
    );
    expect(messageOf(new errors.NoHostAvailableError({}))).toBe('no node can be reached');
  });

  it('know what is worth a second read', () => {
    expect(isReadFailure(new errors.ResponseError(codes.readFailure, ''))).toBe(true);
    expect(isReadFailure(new errors.ResponseError(codes.readTimeout, ''))).toBe(false);
    expect(isReadFailure(undefined)).toBe(false);
  });
});

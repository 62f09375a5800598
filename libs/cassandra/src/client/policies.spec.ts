import cassandra from 'cassandra-driver';
import { expect, it } from 'vitest';
import { OneMoreNode, SpeculateOnReads } from './policies.js';

const { retryDecision } = cassandra.policies.retry.RetryPolicy as unknown as {
  readonly retryDecision: { readonly retry: number; readonly rethrow: number };
};

it('tries one more node, not all of them', () => {
  const policy = new OneMoreNode();
  const ask = (nbRetry: number) =>
    policy.onRequestError(
      { query: 'q', nbRetry, executionOptions: {} as cassandra.ExecutionOptions },
      cassandra.types.consistencies.localQuorum,
      new Error('late'),
    );
  expect(ask(0)).toMatchObject({ decision: retryDecision.retry, useCurrentHost: false });
  expect(ask(1)).toMatchObject({ decision: retryDecision.rethrow });
});

it('asks a second replica for reads only', () => {
  const policy = new SpeculateOnReads(250, 1);
  const read = policy.newPlan('ks', 'SELECT a FROM t');
  expect([read.nextExecution(), read.nextExecution()]).toEqual([250, -1]);
  expect(policy.newPlan('ks', 'INSERT INTO t (a) VALUES (?)').nextExecution()).toBe(-1);
  expect(policy.newPlan('ks', [{ query: 'INSERT INTO t (a) VALUES (?)' }]).nextExecution()).toBe(-1);
});

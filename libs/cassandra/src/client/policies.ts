import cassandra from 'cassandra-driver';

const { policies } = cassandra;

type OperationInfo = cassandra.policies.retry.OperationInfo;
type DecisionInfo = cassandra.policies.retry.DecisionInfo;

/** Retries what the driver's own policy retries, but a timeout or broken connection on one other node only. */
export class OneMoreNode extends policies.retry.RetryPolicy {
  override onRequestError(info: OperationInfo, consistency: cassandra.types.consistencies, error: Error): DecisionInfo {
    return info.nbRetry > 0 ? this.rethrowResult() : super.onRequestError(info, consistency, error);
  }
}

/** Asks a second replica when the first is slow to answer a read. Never for writes: an overloaded engine gets no more. */
export class SpeculateOnReads extends policies.speculativeExecution.ConstantSpeculativeExecutionPolicy {
  readonly #none = { nextExecution: (): number => -1 };

  override newPlan(keyspace: string, query: string | object[]): { nextExecution: () => number } {
    const isRead = typeof query === 'string' && query.startsWith('SELECT');
    return isRead ? (super.newPlan(keyspace, query) as { nextExecution: () => number }) : this.#none;
  }
}

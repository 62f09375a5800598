/** The command line is wrong; the message says how it should be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Went wrong in a way that a message explains better than a stack trace. */
export class ExpectedFailure extends Error {
  override readonly name = 'ExpectedFailure';
}

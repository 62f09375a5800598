/**
 * One error that a client can meet, on REST and on sockets: number (sockets), HTTP status, whether the same request
 * may succeed later, and for the docs page its cause and cure.
 */
export interface ErrorDefinition {
  readonly number: number;
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly cause: string;
  readonly cure: string;
}

export const row = (
  number: number,
  status: number,
  retryable: boolean,
  title: string,
  cause: string,
  cure: string,
): ErrorDefinition => ({ number, status, retryable, title, cause, cure });

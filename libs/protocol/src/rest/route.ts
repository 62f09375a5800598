import type { z } from 'zod';
import type { ErrorCode } from '../errors/index.js';

/**
 * Who may call a route, for the authorisation matrix and the OpenAPI document. `member`: a member of the conversation
 * in the path; `admin`, `owner`: with at least that role; `self`: any logged-in user, on their own things only.
 */
export type Access = 'public' | 'self' | 'member' | 'admin' | 'owner' | 'scope:events:read' | 'scope:admin';

/** One REST route. The table of all of them is the source of the controllers' schemas, OpenAPI and the access matrix. */
export interface Route {
  /** Unique; the operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path parameters as `:name`. */
  readonly path: string;
  readonly app: 'command-api' | 'projector' | 'gateway';
  readonly tag: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Success status and body; no schema: no body. */
  readonly status: 200 | 201 | 202 | 204;
  readonly response?: z.ZodType;
  /** Further answers by status that are no problem documents, such as 503 of /readyz. */
  readonly otherResponses?: Readonly<Record<number, z.ZodType>>;
  /** Of the success answer, when it is not application/json. */
  readonly mediaType?: string;
  /** What else `Accept` may ask for. */
  readonly otherMediaTypes?: readonly string[];
  /** Codes beyond those every route can answer (malformed, unauthenticated, rate_limited, …). */
  readonly errors?: readonly ErrorCode[];
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
}

export const defineRoutes = <T extends Record<string, Omit<Route, 'id'>>>(
  routes: T,
): { readonly [K in keyof T]: T[K] & { readonly id: string } } =>
  Object.fromEntries(Object.entries(routes).map(([id, route]) => [id, { id, ...route }])) as never;

import {
  applyDecorators,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  SetMetadata,
} from '@nestjs/common';
import type { Route } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../tokens.js';

export const ROUTE_METADATA = Symbol('parley:route');

const methods = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

/**
 * Binds a controller method to a row of the route table: method, path and status. RouteGuard reads the row for
 * authentication, limits and validation.
 */
export const HandleRoute = (route: Route): MethodDecorator =>
  applyDecorators(methods[route.method](route.path), HttpCode(route.status), SetMetadata(ROUTE_METADATA, route));

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a controller method gets: validated, typed by the route. */
export interface RouteInput<R extends Route> {
  readonly params: Output<R['params']>;
  readonly query: Output<R['query']>;
  readonly body: Output<R['body']>;
  /** Absent on routes without `idempotent`, or when the caller sent none. */
  readonly idempotencyKey: string | undefined;
  readonly principal: R['access'] extends 'public' ? Principal | undefined : Principal;
  /** From `Parley-Min-Position`. */
  readonly minPosition: number | undefined;
  readonly correlationId: string;
  readonly traceparent: string | undefined;
  readonly address: string;
}

export interface RequestWithInput extends FastifyRequest {
  parleyInput?: RouteInput<Route>;
}

/** The validated input of this request. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext): unknown => {
  return context.switchToHttp().getRequest<RequestWithInput>().parleyInput;
});

import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Route } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { RATE_LIMITS, TOKEN_VERIFIER } from '../di.js';
import { newId } from '../ids.js';
import { ParleyError, parseWith } from '../problem.js';
import { rateLimitHeaders, type RateLimits, type RateLimitState } from '../rate-limit.js';
import type { Principal, TokenVerifier } from '../tokens.js';
import { type RequestWithInput, ROUTE_METADATA } from './handle-route.js';

/** Routes that people call without being logged in, and that cost a password hash. */
const credentialTag = 'accounts';

/**
 * The edge of every REST route: who is it, are they within their limits, is the input what the route's schemas say.
 * Rights on a conversation are decided behind it.
 */
@Injectable()
export class RouteGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    @Inject(RATE_LIMITS) private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = this.reflector.get<Route | undefined>(ROUTE_METADATA, context.getHandler());
    if (route === undefined) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<RequestWithInput>();
    const reply = http.getResponse<FastifyReply>();

    // Probes are never turned away: a busy node must not look like a dead one.
    if (route.tag !== 'operations') this.admit(await this.limits.address.take(request.ip), reply);
    if (route.access === 'public' && route.tag === credentialTag) {
      this.admit(await this.limits.credentials.take(request.ip), reply);
    }
    const principal = route.access === 'public' ? undefined : await this.authenticate(request, route);
    if (principal !== undefined) this.admit(await this.limits.user.take(principal.userId), reply);

    request.parleyInput = {
      params: route.params === undefined ? undefined : parseWith(route.params, request.params, '/params'),
      query: route.query === undefined ? undefined : parseWith(route.query, request.query, '/query'),
      body: route.body === undefined ? undefined : parseWith(route.body, request.body ?? {}),
      idempotencyKey: route.idempotent === true ? idempotencyKey(header(request, 'idempotency-key')) : undefined,
      principal,
      minPosition: minPosition(header(request, 'parley-min-position')),
      correlationId: request.id || newId('req'),
      traceparent: header(request, 'traceparent'),
      address: request.ip,
    } as RequestWithInput['parleyInput'];
    return true;
  }

  private async authenticate(request: RequestWithInput, route: Route): Promise<Principal> {
    const [scheme, token, ...rest] = (header(request, 'authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || rest.length > 0) {
      throw new ParleyError('unauthenticated');
    }
    const principal = await this.verifier.verify(token);
    if (route.access.startsWith('scope:')) {
      const scope = route.access.slice('scope:'.length);
      if (!principal.scopes.includes(scope)) throw new ParleyError('scope_missing', { detail: `needs ${scope}` });
    }
    return principal;
  }

  /** The last limit taken is the one told: the narrowest comes last. */
  private admit(state: RateLimitState, reply: FastifyReply): void {
    reply.headers(rateLimitHeaders(state));
    if (!state.allowed) throw new ParleyError('rate_limited', { retryAfterMs: state.resetMs });
  }
}

function header(request: RequestWithInput, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A quoted string (draft-ietf-httpapi-idempotency-key-header-07); unquoted is taken too. */
function idempotencyKey(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const key = /^"(.*)"$/.exec(value)?.[1] ?? value;
  if (!/^[\x21-\x7e]{1,64}$/.test(key)) throw new ParleyError('idempotency_key_invalid');
  return key;
}

function minPosition(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const position = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(position)) {
    throw new ParleyError('invalid_request', {
      errors: [{ pointer: '/headers/Parley-Min-Position', message: 'expected a position: a decimal number' }],
    });
  }
  return position;
}

import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Injectable } from '@nestjs/common';
import type { ErrorCode } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asParleyError } from '../as-parley-error.js';
import { LOGGER } from '../di.js';
import type { Logger } from '../logging.js';
import { ParleyError, problemOf } from '../problem.js';

/** Every failure of a REST request becomes a problem document (RFC 9457); the unforeseen is logged under its traceId. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const told = asParleyError(fromFramework(error));
    if (told.code === 'internal')
      this.logger.error({ err: error, traceId: request.id, url: request.routeOptions?.url }, 'request failed');
    sendProblem(reply, told, request.id);
  }
}

export function sendProblem(reply: FastifyReply, error: ParleyError, traceId: string): void {
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  const problem = problemOf(error, traceId);
  if (error.retryAfterMs !== undefined)
    void reply.header('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
  void reply.status(problem.status).header('Content-Type', 'application/problem+json; charset=utf-8').send(problem);
}

/** Failures that Nest and Fastify find before a controller is reached. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_ASYNC_CONSTRAINT: 'route_not_found',
};

export function fromFramework(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && Object.hasOwn(frameworkCodes, code))
    return new ParleyError(frameworkCodes[code] as ErrorCode);
  if (error instanceof HttpException) {
    const status = error.getStatus();
    if (status === 404) return new ParleyError('route_not_found');
    if (status === 413) return new ParleyError('payload_too_large');
    if (status === 415) return new ParleyError('unsupported_media_type');
    if (status === 400) return new ParleyError('malformed_json');
  }
  if (error instanceof SyntaxError && (error as { statusCode?: number }).statusCode === 400)
    return new ParleyError('malformed_json');
  return error;
}

import type { IncomingMessage } from 'node:http';
import { ParleyError } from '@parley/platform';

export interface UpgradeRules {
  /** Web origins that may connect beside our own; `*` is any. */
  readonly allowedOrigins: readonly string[];
}

/** A token in a URL ends up in logs, histories and Referer headers. */
const tokenParameters = ['token', 'access_token', 'authorization', 'auth', 'jwt'];

/**
 * What an upgrade request shows before anything is spent on it.
 * @throws ParleyError `invalid_request` or `forbidden`
 */
export function checkUpgrade(request: IncomingMessage, rules: UpgradeRules): void {
  const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
  if (tokenParameters.some((name) => query.has(name))) {
    throw new ParleyError('invalid_request', {
      detail: 'a token never goes into a URL: send it in the Authorization header or in the hello frame',
    });
  }
  const { origin } = request.headers;
  if (origin !== undefined && !isAllowed(origin, request.headers.host, rules.allowedOrigins)) {
    throw new ParleyError('forbidden', { detail: 'this web origin may not connect' });
  }
}

/** Programs send no origin. Browsers do: it must be this server itself or one that the operator names. */
function isAllowed(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes('*') || allowed.includes(origin)) return true;
  try {
    return host !== undefined && new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** The bearer token of the request, or null. */
export function bearerToken(request: IncomingMessage): string | null {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || rest.length > 0) return null;
  return token;
}

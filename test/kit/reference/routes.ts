import { allRoutes, errorsOf, type Route } from '@parley/protocol';
import { code, pageOf, table } from './markdown.js';

/** Every REST route, who may call it and with which errors it answers. */
export function routesReference(): Promise<string> {
  const sections = [...Map.groupBy(allRoutes, ({ tag }) => tag)].map(
    ([tag, routes]) => `## ${tag}\n\n${table(['Route', 'What it does', 'For', 'Answer', 'Errors'], routes.map(rowOf))}`,
  );
  const everywhere = commonErrors();
  return pageOf(
    'REST routes',
    'The server describes them in full, with every field and an example, at `/docs` (to read) and `/openapi.json` (OpenAPI 3.1).',
    `Any route may answer ${everywhere.map(code).join(' and ')}, and all but the probes ${code('rate_limited')}. Every route that is not public may answer ${tokenErrors.map(code).join(', ')}; every one that changes something ${writeErrors.map(code).join(', ')}; every one that only reads takes \`Parley-Min-Position\` and may answer ${code('not_yet_projected')}. The column tells the others; [errors](errors.md) tells cause and cure.`,
    ...sections,
  );
}

const tokenErrors = ['unauthenticated', 'token_expired', 'session_revoked', 'feature_unavailable'];
const writeErrors = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'log_unavailable',
  'overloaded',
  'shutting_down',
  'conflict',
];

const commonErrors = (): readonly string[] => {
  const [first = [], ...others] = allRoutes.map(errorsOf);
  return first.filter((one) => others.every((codes) => codes.includes(one)));
};

function rowOf(route: Route): readonly string[] {
  const told = new Set([
    ...commonErrors(),
    ...tokenErrors,
    ...writeErrors,
    'not_yet_projected',
    'invalid_request',
    'rate_limited',
  ]);
  return [
    code(`${route.method} ${route.path}`),
    route.summary + (route.idempotent === true ? '. Takes `Idempotency-Key`' : ''),
    route.access,
    `${route.status}${route.mediaType === undefined ? '' : ` ${route.mediaType}`}`,
    errorsOf(route)
      .filter((one) => !told.has(one))
      .map(code)
      .join(' '),
  ];
}

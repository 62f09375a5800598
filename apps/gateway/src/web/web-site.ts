import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const compressions = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * The page loads scripts, styles and workers of this origin and speaks with this origin, nothing else: no inline code, no
 * frames, no forms that leave, no images from elsewhere.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  Vary: 'Accept-Encoding',
};

interface SiteFile {
  readonly type: string;
  readonly cacheControl: string;
  /** By content coding; '' is the file as it is. */
  readonly bodies: ReadonlyMap<string, { readonly bytes: Buffer; readonly etag: string }>;
}

/**
 * Serves the built web chat from memory: `/` and its files. Files under `assets/` carry a hash in their name and are kept
 * for a year; the others are asked for again each time, and answered with 304 while they are the same. Where the folder
 * was not built, nothing is served.
 */
export function serveWebSite(http: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, 'index.html'))) return;
  for (const path of globSync('**/*.{html,js,css,svg}', { cwd: folder })) {
    const url = path === 'index.html' ? '/' : `/${path.replaceAll('\\', '/')}`;
    const file = load(folder, path);
    http.route({ method: ['GET', 'HEAD'], url, handler: (request, reply) => send(request, reply, file) });
  }
}

function load(folder: string, path: string): SiteFile {
  const bodies = new Map<string, { bytes: Buffer; etag: string }>();
  for (const [coding, suffix] of [['', ''] as const, ...compressions]) {
    if (!existsSync(join(folder, path + suffix))) continue;
    const bytes = readFileSync(join(folder, path + suffix));
    bodies.set(coding, { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` });
  }
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    cacheControl: path.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
    bodies,
  };
}

function send(request: FastifyRequest, reply: FastifyReply, file: SiteFile): FastifyReply {
  const accepted = acceptedCodings(request.headers['accept-encoding'] ?? '');
  const [coding] = compressions.find(([name]) => accepted.has(name) && file.bodies.has(name)) ?? [''];
  const body = file.bodies.get(coding);
  if (body === undefined) return reply.code(404).send();
  void reply.headers({ ...securityHeaders, 'Cache-Control': file.cacheControl, ETag: body.etag });
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(body.etag)) return reply.code(304).send();
  if (coding !== '') void reply.header('Content-Encoding', coding);
  return reply.type(file.type).send(body.bytes);
}

/** Names in `Accept-Encoding` that are not refused by `q=0`. */
const acceptedCodings = (header: string): ReadonlySet<string> =>
  new Set(
    header
      .toLowerCase()
      .split(',')
      .map((each) => each.trim().split(/\s*;\s*/))
      .filter(([, weight = 'q=1']) => !/^q=0(\.0*)?$/.test(weight))
      .map(([name = '']) => name),
  );

import { Controller, Inject, Req, Res } from '@nestjs/common';
import { CONFIG, HandleRoute, type ParleyConfig, sendJson } from '@parley/platform';
import { allRoutes, asyncapiDocument, documentRoutes, openapiDocument, productVersion } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorsPage } from './page/errors-page.js';
import { contentSecurityPolicy } from './page/layout.js';
import { referencePage } from './page/reference-page.js';

/** Made documents that are kept; more than these (a client that makes up Host headers) are made anew. */
const maxKept = 16;

/** What this server says about itself. Each document is made when it is first asked for, then kept as text. */
@Controller()
export class DocumentsController {
  private readonly kept = new Map<string, string>();

  constructor(@Inject(CONFIG) private readonly config: ParleyConfig) {}

  @HandleRoute(documentRoutes.getOpenapiDocument)
  openapi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const serverUrl = this.serverUrl(request);
    const make = (): string => JSON.stringify(openapiDocument(allRoutes, { version: productVersion, serverUrl }));
    sendJson(cacheable(reply), this.once(`openapi ${serverUrl}`, make));
  }

  @HandleRoute(documentRoutes.getAsyncapiDocument)
  asyncapi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const serverUrl = this.serverUrl(request);
    const make = (): string => JSON.stringify(asyncapiDocument({ version: productVersion, serverUrl }));
    sendJson(cacheable(reply), this.once(`asyncapi ${serverUrl}`, make));
  }

  @HandleRoute(documentRoutes.getReferencePage)
  reference(@Res() reply: FastifyReply): void {
    const options = { version: productVersion, serverUrl: 'http://localhost' };
    const make = (): string => referencePage(openapiDocument(allRoutes, options), asyncapiDocument(options));
    sendPage(reply, this.once('reference', make));
  }

  @HandleRoute(documentRoutes.getErrorsPage)
  errors(@Res() reply: FastifyReply): void {
    sendPage(reply, this.once('errors', errorsPage));
  }

  private once(key: string, make: () => string): string {
    const before = this.kept.get(key);
    if (before !== undefined) return before;
    const text = make();
    if (this.kept.size < maxKept) this.kept.set(key, text);
    return text;
  }

  /** As configured, or as this client reached it. */
  private serverUrl({ protocol, host }: FastifyRequest): string {
    if (this.config.publicUrl !== '') return this.config.publicUrl.replace(/\/$/, '');
    return `${protocol}://${/^[\w.:[\]-]{1,255}$/.test(host) ? host : 'localhost'}`;
  }
}

const cacheable = (reply: FastifyReply): FastifyReply => reply.header('Cache-Control', 'no-cache');

function sendPage(reply: FastifyReply, text: string): void {
  void cacheable(reply)
    .headers({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    .send(text);
}

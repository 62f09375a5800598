import 'reflect-metadata';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CONFIG, createRateLimiter, loadConfig, RATE_LIMITS, RouteGuard, TOKEN_VERIFIER } from '@parley/platform';
import { allRoutes, closeCodes, errors } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocumentsModule } from './documents.module.js';

let app: NestFastifyApplication;

beforeAll(async () => {
  const limiter = createRateLimiter({ quota: 1_000, windowSeconds: 60 });
  const module = await Test.createTestingModule({
    imports: [
      {
        module: class Shared {},
        global: true,
        providers: [
          { provide: CONFIG, useValue: loadConfig({}) },
          { provide: RATE_LIMITS, useValue: { user: limiter, address: limiter, credentials: limiter } },
          { provide: TOKEN_VERIFIER, useValue: {} },
        ],
        exports: [CONFIG, RATE_LIMITS, TOKEN_VERIFIER],
      },
      DocumentsModule,
    ],
    providers: [{ provide: APP_GUARD, useClass: RouteGuard }],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});

afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}): ReturnType<NestFastifyApplication['inject']> =>
  app.inject({ url, headers });

/** Elements that are closed by another's end tag, or never. */
function unbalanced(markup: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = ''] of markup.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
    if (name === 'meta') continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

describe('the documents', () => {
  it('name the server as this client reached it', async () => {
    const openapi = await get('/openapi.json', { host: 'chat.example:8080' });
    expect(openapi.headers['content-type']).toMatch(/^application\/json/);
    expect(openapi.json()).toMatchObject({ openapi: '3.1.1', servers: [{ url: 'http://chat.example:8080' }] });
    const asyncapi = await get('/asyncapi.json', { host: 'chat.example:8080' });
    expect(asyncapi.json()).toMatchObject({ asyncapi: '3.0.0', servers: { this: { host: 'chat.example:8080' } } });
  });

  it('are not made to name what is no host', async () => {
    const { body } = await get('/openapi.json', { host: 'x"><script>' });
    expect(body).not.toContain('script>');
    expect(JSON.parse(body)).toMatchObject({ servers: [{ url: 'http://localhost' }] });
  });
});

describe('the pages', () => {
  it.each(['/docs', '/docs/errors'])('%s runs and loads nothing, by its policy and by its text', async (url) => {
    const { headers, body, statusCode } = await get(url);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|\sstyle=|javascript:/i);
  });

  it('tell every route', async () => {
    const { body } = await get('/docs');
    for (const { id } of allRoutes) expect(body).toContain(`<details id="${id}">`);
  });

  it('tell every error with cause and cure, where `type` of a problem leads', async () => {
    const { body } = await get('/docs/errors');
    for (const code of Object.keys(errors)) expect(body).toContain(`<section id="${code}">`);
    for (const { code } of Object.values(closeCodes)) expect(body).toContain(`<tr id="close-${code}">`);
  });

  it('link only to places that are there', async () => {
    const pages = new Map([
      ['/docs', (await get('/docs')).body],
      ['/docs/errors', (await get('/docs/errors')).body],
    ]);
    for (const [own, body] of pages) {
      for (const [, path = '', id = ''] of body.matchAll(/href="(\/docs[^"#]*)?#([^"]+)"/g)) {
        expect(pages.get(path === '' ? own : path), `${path}#${id}`).toContain(`id="${id}"`);
      }
    }
  });

  it('close every element that they open', async () => {
    for (const url of ['/docs', '/docs/errors']) {
      const { body } = await get(url);
      expect(unbalanced(body.replace(/<style>.*?<\/style>/s, ''))).toEqual([]);
    }
  });
});

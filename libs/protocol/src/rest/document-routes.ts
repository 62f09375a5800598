import { z } from 'zod';
import { defineRoutes } from './route.js';

/** What this server says about itself, for people and for code generators. */
export const documentRoutes = defineRoutes({
  getOpenapiDocument: {
    method: 'GET',
    path: '/openapi.json',
    app: 'gateway',
    tag: 'documents',
    summary: 'The OpenAPI 3.1 document of every REST route',
    access: 'public',
    status: 200,
    response: z.looseObject({ openapi: z.literal('3.1.1') }),
  },
  getAsyncapiDocument: {
    method: 'GET',
    path: '/asyncapi.json',
    app: 'gateway',
    tag: 'documents',
    summary: 'The AsyncAPI 3.0 document of the socket',
    access: 'public',
    status: 200,
    response: z.looseObject({ asyncapi: z.literal('3.0.0') }),
  },
  getReferencePage: {
    method: 'GET',
    path: '/docs',
    app: 'gateway',
    tag: 'documents',
    summary: 'Routes, frames and close codes as a page to read',
    access: 'public',
    status: 200,
    response: z.string(),
    mediaType: 'text/html',
  },
  getErrorsPage: {
    method: 'GET',
    path: '/docs/errors',
    app: 'gateway',
    tag: 'documents',
    summary: 'Every error code with its cause and cure: where `type` of a problem leads',
    access: 'public',
    status: 200,
    response: z.string(),
    mediaType: 'text/html',
  },
});

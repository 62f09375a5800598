import { z } from 'zod';
import { errors, type ErrorCode } from '../errors/index.js';

const codes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]];

/** What every failed REST request is answered with: a problem document (RFC 9457). */
export const problemSchema = z.object({
  type: z.string().describe('Opens the page that tells cause and cure'),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.enum(codes).describe('Stable; never renamed or reused'),
  detail: z.string().optional(),
  retryable: z.boolean().describe('Whether the same request may succeed later'),
  traceId: z.string().optional().describe('Names this request in the logs of the server'),
  errors: z
    .array(z.object({ pointer: z.string().describe('JSON pointer (RFC 6901)'), message: z.string() }))
    .optional()
    .describe('Each field that is wrong'),
});

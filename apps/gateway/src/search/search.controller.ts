import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  HandleRoute,
  highlight,
  Input,
  ParleyError,
  type ParsedQuery,
  parseQuery,
  QueryRefused,
  type RouteInput,
  sendPage,
  tellPosition,
} from '@parley/platform';
import { within } from '@parley/platform/bounded';
import type { SearchHit, SearchQuery } from '@parley/ports';
import { type MessageView, searchRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReadContext } from '../queries/read-context.js';
import { decodeSearchCursor, encodeSearchCursor } from './search-cursor.js';

const defaultHits = 20;
/** Several engines are asked in a row: while one of them is slow, people are told to come again. */
const answerWithinMs = 4_000;

/** Message search for people: reads the query, resolves names, marks what was found. */
@Controller()
export class SearchController {
  constructor(@Inject(ReadContext) private readonly reads: ReadContext) {}

  @HandleRoute(searchRoutes.search)
  async search(
    @Input() input: RouteInput<typeof searchRoutes.search>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const readable = await this.reads.begin(input);
    const { query, order = 'newest', cursor, limit = defaultHits } = input.query;
    const parsed = parsedQuery(query);
    const from = await this.peopleOf(parsed.from, input.principal.userId);
    const search: SearchQuery = {
      userId: input.principal.userId,
      terms: parsed.terms,
      order,
      limit,
      upTo: readable,
      hasLink: parsed.hasLink,
      hasMention: parsed.hasMention,
      ...(from === null ? {} : { from }),
      ...(parsed.in.length === 0 ? {} : { in: parsed.in }),
      ...(parsed.before === null ? {} : { before: parsed.before }),
      ...(parsed.after === null ? {} : { after: parsed.after }),
      ...(cursor === undefined ? {} : { cursor: decodeSearchCursor(this.reads.cursors, order, cursor) }),
    };
    const { hits, next, asOf } = await within(answerWithinMs, this.reads.models.search.search(search), tooSlow);
    tellPosition(reply, asOf);
    sendPage(reply, {
      rows: hits.map((hit) => hitJson(hit, parsed)),
      nextCursor: next === null ? null : encodeSearchCursor(this.reads.cursors, order, next),
      asOf,
      url: request.url,
      extra: { state: asOf < readable ? '"indexing"' : '"ready"' },
    });
  }

  /** `me`, user ids and user names as user ids; nobody of that name: nobody's messages. null: anybody's. */
  private async peopleOf(names: readonly string[], self: string): Promise<readonly string[] | null> {
    if (names.length === 0) return null;
    const ids: string[] = [];
    for (const name of names) {
      if (name === 'me') ids.push(self);
      else if (name.startsWith('usr_')) ids.push(name);
      else {
        const person = await this.reads.models.people.byUsername(name.replace(/^@/, ''));
        if (person !== null) ids.push((JSON.parse(person) as { id: string }).id);
      }
    }
    return ids;
  }
}

const tooSlow = (): ParleyError =>
  new ParleyError('feature_unavailable', { detail: 'message search is too slow at the moment', retryAfterMs: 2_000 });

/** @throws ParleyError `invalid_request` that says what to change */
function parsedQuery(query: string): ParsedQuery {
  try {
    return parseQuery(query);
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    throw new ParleyError('invalid_request', { errors: [{ pointer: '/query/query', message: error.message }] });
  }
}

function hitJson(hit: SearchHit, { terms }: ParsedQuery): string {
  const { content } = JSON.parse(hit.message) as Pick<MessageView, 'content'>;
  const highlights = content?.type === 'text.v1' ? highlight(content.text, terms) : [];
  const { conversationId, sequence, position } = hit;
  const place = JSON.stringify({ conversationId, sequence, position: String(position), highlights });
  return `${place.slice(0, -1)},"message":${hit.message}}`;
}

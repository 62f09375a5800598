import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, ParleyError, type RouteInput, sendJson, tellPosition } from '@parley/platform';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { setTimeout as pause } from 'node:timers/promises';
import { LiveGateway } from '../gateway.provider.js';
import { ReadContext } from './read-context.js';

const defaultFound = 20;
/** A token of a program is nobody's, and is told so. */
const projectedWithinMs = 2_000;
const lookEveryMs = 50;

/** Who people are, oneself among them, and who of them is here. */
@Controller()
export class PeopleController {
  constructor(
    @Inject(ReadContext) private readonly reads: ReadContext,
    @Inject(LiveGateway) private readonly live: LiveGateway,
  ) {}

  @HandleRoute(queryRoutes.getMe)
  async me(@Input() input: RouteInput<typeof queryRoutes.getMe>, @Res() reply: FastifyReply): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { people } = this.reads.models;
    const { userId, deviceId, scopes } = input.principal;
    const person = await this.#projected(userId);
    const presenceVisibility = await people.presenceVisibility(userId);
    tellPosition(reply, asOf);
    sendJson(reply, JSON.stringify({ ...(JSON.parse(person) as object), deviceId, scopes, presenceVisibility }));
  }

  @HandleRoute(queryRoutes.listPeople)
  async find(@Input() input: RouteInput<typeof queryRoutes.listPeople>, @Res() reply: FastifyReply): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { query, username, ids, limit = defaultFound } = input.query;
    const { people } = this.reads.models;
    if ([query, username, ids].filter((way) => way !== undefined).length !== 1) {
      throw new ParleyError('invalid_request', { detail: 'give exactly one of query, username and ids' });
    }
    let found: readonly string[] = [];
    if (ids !== undefined) found = await people.byIds(ids);
    else if (query !== undefined) found = await people.find(query, limit);
    else if (username !== undefined) {
      const person = await people.byUsername(username);
      if (person !== null) found = [person];
    }
    tellPosition(reply, asOf);
    sendJson(reply, `{"data":[${found.join(',')}]}`);
  }

  @HandleRoute(queryRoutes.getPerson)
  async one(@Input() input: RouteInput<typeof queryRoutes.getPerson>, @Res() reply: FastifyReply): Promise<void> {
    const asOf = await this.reads.begin(input);
    const [person = null] = await this.reads.models.people.byIds([input.params.userId]);
    this.reads.send(reply, asOf, person, 'user_not_found');
  }

  /** Whoever has a session was registered, perhaps a moment ago: waits until they can be read. */
  async #projected(userId: string): Promise<string> {
    for (const until = performance.now() + projectedWithinMs; ;) {
      const [person] = await this.reads.models.people.byIds([userId]);
      if (person !== undefined) return person;
      if (performance.now() >= until) throw new ParleyError('user_not_found');
      await pause(lookEveryMs);
    }
  }

  @HandleRoute(queryRoutes.listPresence)
  async presence(@Input() input: RouteInput<typeof queryRoutes.listPresence>): Promise<unknown> {
    return { data: await this.live.presence.visible(input.principal.userId, input.query.userIds) };
  }
}

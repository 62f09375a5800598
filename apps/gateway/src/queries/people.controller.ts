import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, ParleyError, type RouteInput, sendJson, tellPosition } from '@parley/platform';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { LiveGateway } from '../gateway.provider.js';
import { ReadContext } from './read-context.js';

const defaultFound = 20;

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
    const [person] = await people.byIds([userId]);
    if (person === undefined) throw new ParleyError('user_not_found');
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

  @HandleRoute(queryRoutes.listPresence)
  async presence(@Input() input: RouteInput<typeof queryRoutes.listPresence>): Promise<unknown> {
    return { data: await this.live.presence.visible(input.principal.userId, input.query.userIds) };
  }
}

import type { RouteInput } from '@parley/platform';
import type { ReadModels } from '@parley/ports';
import type { queryRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PeopleController } from './people.controller.js';
import { ReadContext } from './read-context.js';

const me = { principal: { userId: 'usr_1', deviceId: 'dev_1', scopes: [] }, minPosition: undefined };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function given(registered: () => boolean) {
  const models = {
    positions: { safePosition: () => 7 },
    people: {
      byIds: async () => (registered() ? ['{"userId":"usr_1"}'] : []),
      presenceVisibility: async () => 'shared',
    },
  } as unknown as ReadModels;
  const sent: string[] = [];
  const reply = { header: () => reply, type: () => reply, send: (json: string) => sent.push(json) };
  const controller = new PeopleController(
    new ReadContext(models, {} as never, { minPositionWait: 1 } as never),
    {} as never,
  );
  const ask = () =>
    controller.me(me as unknown as RouteInput<typeof queryRoutes.getMe>, reply as unknown as FastifyReply);
  return { ask, sent };
}

it('waits for somebody who was registered a moment ago', async () => {
  const projectedAt = performance.now() + 300;
  const { ask, sent } = given(() => performance.now() >= projectedAt);
  const answered = ask();
  await vi.advanceTimersByTimeAsync(400);
  await answered;
  expect(sent.map((json) => JSON.parse(json) as object)).toEqual([
    { userId: 'usr_1', deviceId: 'dev_1', scopes: [], presenceVisibility: 'shared' },
  ]);
});

it('tells the token of nobody that there is nobody', async () => {
  const { ask } = given(() => false);
  const [refusal] = await Promise.all([ask().catch((error: unknown) => error), vi.advanceTimersByTimeAsync(3_000)]);
  expect(refusal).toMatchObject({ code: 'user_not_found' });
});

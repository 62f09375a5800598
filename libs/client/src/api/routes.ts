import type {
  accountRoutes,
  conversationCommandRoutes,
  messageCommandRoutes,
  queryRoutes,
  searchRoutes,
} from '@parley/protocol';
import type { Method, RestRequest, Transport } from './transport.js';

/**
 * Method and path of every route used here, by its operation id. The protocol's own table brings the validator along;
 * a spec compares the two.
 */
export const routes = {
  registerUser: 'POST /v1/users',
  logIn: 'POST /v1/sessions',
  refreshSession: 'POST /v1/sessions/refresh',
  logOut: 'DELETE /v1/sessions/current',
  changePassword: 'PUT /v1/me/password',
  listDevices: 'GET /v1/devices',
  logOutDevice: 'DELETE /v1/devices/:deviceId',
  logOutEverywhere: 'DELETE /v1/devices',
  changeProfile: 'PATCH /v1/me',
  blockUser: 'PUT /v1/blocks/:userId',
  unblockUser: 'DELETE /v1/blocks/:userId',
  startConversation: 'POST /v1/conversations',
  changeConversation: 'PATCH /v1/conversations/:conversationId',
  leaveConversation: 'POST /v1/conversations/:conversationId/leave',
  addMembers: 'POST /v1/conversations/:conversationId/members',
  changeRole: 'PATCH /v1/conversations/:conversationId/members/:userId',
  removeMember: 'DELETE /v1/conversations/:conversationId/members/:userId',
  transferOwnership: 'POST /v1/conversations/:conversationId/owner',
  createInvite: 'POST /v1/conversations/:conversationId/invites',
  revokeInvite: 'DELETE /v1/conversations/:conversationId/invites/:inviteId',
  joinByInvite: 'POST /v1/invites/join',
  sendMessage: 'POST /v1/conversations/:conversationId/messages',
  changeSettings: 'PUT /v1/conversations/:conversationId/settings',
  search: 'GET /v1/search',
  getMe: 'GET /v1/me',
  listConversations: 'GET /v1/conversations',
  getConversation: 'GET /v1/conversations/:conversationId',
  listMessages: 'GET /v1/conversations/:conversationId/messages',
  listTimeline: 'GET /v1/conversations/:conversationId/timeline',
  getMessage: 'GET /v1/conversations/:conversationId/messages/:sequence',
  listMessageReceipts: 'GET /v1/conversations/:conversationId/messages/:sequence/receipts',
  getReceipts: 'GET /v1/conversations/:conversationId/receipts',
  listReceipts: 'GET /v1/conversations/:conversationId/receipts/members',
  listWatermarks: 'GET /v1/conversations/:conversationId/watermarks',
  listMembers: 'GET /v1/conversations/:conversationId/members',
  listPeople: 'GET /v1/people',
  getPerson: 'GET /v1/people/:userId',
} as const;

export type RouteId = keyof typeof routes;
type Tables = typeof accountRoutes &
  typeof conversationCommandRoutes &
  typeof messageCommandRoutes &
  typeof queryRoutes &
  typeof searchRoutes;

/** Reads of the write side's own: there is no copy of devices in the read models. */
export const readsOfCommandSide: ReadonlySet<RouteId> = new Set(['listDevices']);

/** What a schema of the protocol lets out, and takes. */
type Output<S> = S extends { readonly _zod: { readonly output: infer O } } ? O : never;
type Input<S> = S extends { readonly _zod: { readonly input: infer I } } ? I : never;

export type ResponseOf<Id extends RouteId> = Tables[Id] extends { readonly response: infer S } ? Output<S> : void;
export type BodyOf<Id extends RouteId> = Tables[Id] extends { readonly body: infer S } ? Input<S> : never;
/** Parameters of the query travel as text: numbers and lists are written as such by the transport. */
export type QueryOf<Id extends RouteId> = Tables[Id] extends { readonly query: infer S }
  ? { readonly [K in keyof Output<S>]?: Output<S>[K] }
  : never;

interface Call<Id extends RouteId> extends Pick<RestRequest, 'anonymous' | 'repeatable' | 'idempotencyKey'> {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: QueryOf<Id>;
  readonly body?: BodyOf<Id>;
}

/** Calls a route by its id; what goes in and comes out has the types of the protocol's table. */
export async function call<Id extends RouteId>(
  transport: Transport,
  id: Id,
  { params = {}, query, ...request }: Call<Id> = {},
): Promise<ResponseOf<Id>> {
  const [method, path = ''] = routes[id].split(' ');
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const answer = await transport.request(method as Method, filled, {
    ...request,
    command: method !== 'GET' || readsOfCommandSide.has(id),
    ...(query === undefined ? {} : { query }),
  });
  return answer as ResponseOf<Id>;
}

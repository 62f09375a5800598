import type { Bench } from './bench.js';
import { conversationLength } from './conversation-length.js';
import { idleCompany } from './idle-company.js';
import { group, light, saturated, steady } from './load-benches.js';
import { history, search } from './readings.js';
import { rebuilds } from './rebuilds.js';
import { connects, idleSockets } from './sockets.js';

/** In the order in which they run. */
export const allBenches: readonly Bench[] = [
  saturated,
  light,
  steady,
  group,
  idleSockets,
  connects,
  idleCompany,
  history,
  search,
  conversationLength,
  rebuilds,
];

import { accountRoutes } from './account-routes.js';
import { adminRoutes } from './admin-routes.js';
import { asOfRoutes } from './as-of-routes.js';
import { conversationCommandRoutes } from './command-routes.js';
import { documentRoutes } from './document-routes.js';
import { discoveryRoutes, eventRoutes } from './event-routes.js';
import { messageCommandRoutes } from './message-command-routes.js';
import { operationsRoutes } from './operations-routes.js';
import { queryRoutes } from './query-routes.js';
import type { Route } from './route.js';
import { searchRoutes } from './search-routes.js';

/** Every REST route of the product. What is not here is not served; a spec compares the two. */
export const allRoutes: readonly Route[] = [
  accountRoutes,
  conversationCommandRoutes,
  messageCommandRoutes,
  queryRoutes,
  asOfRoutes,
  searchRoutes,
  eventRoutes,
  discoveryRoutes,
  documentRoutes,
  operationsRoutes,
  adminRoutes,
].flatMap((table) => Object.values<Route>(table));

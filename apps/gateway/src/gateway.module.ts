import { Module } from '@nestjs/common';
import { AsOfController } from './as-of/as-of.controller.js';
import { DocumentsModule } from './documents/documents.module.js';
import { EventsController } from './events/events.controller.js';
import { LiveGateway } from './gateway.provider.js';
import { ConversationsController } from './queries/conversations.controller.js';
import { DiscoveryController } from './queries/discovery.controller.js';
import { MessagesController } from './queries/messages.controller.js';
import { PeopleController } from './queries/people.controller.js';
import { ReadContext } from './queries/read-context.js';
import { ReceiptsController } from './queries/receipts.controller.js';
import { SearchController } from './search/search.controller.js';
import { SyncController } from './queries/sync.controller.js';

/** The edge as clients see it: the socket, live push and every query. Its ports come from the composition root. */
@Module({
  imports: [DocumentsModule],
  controllers: [
    AsOfController,
    ConversationsController,
    DiscoveryController,
    EventsController,
    MessagesController,
    PeopleController,
    ReceiptsController,
    SearchController,
    SyncController,
  ],
  providers: [LiveGateway, ReadContext],
})
export class GatewayModule {}

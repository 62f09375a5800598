import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { COMMANDS } from '@parley/platform';
import { CommandBusClient } from './command-bus-client.js';
import { CommandMetrics } from './command-metrics.js';
import { commandHandlers } from './commands/command-handlers.js';
import { ForwardLookup } from './commands/forward-message/forward-lookup.js';
import { Conversations } from './conversations/conversations.js';
import { MessageLookup } from './conversations/message-lookup.js';
import { FinishAccepted } from './finish-accepted.js';
import { Receipts } from './receipts/receipts.js';
import { RegisteredPeople } from './users/registered-people.js';
import { UsersModule } from './users.module.js';

/** The commands and what decides them, without REST. Needs the ports of libs/platform `di`; gives everybody `COMMANDS`. */
@Global()
@Module({
  imports: [CqrsModule.forRoot(), UsersModule],
  providers: [
    Conversations,
    MessageLookup,
    ForwardLookup,
    Receipts,
    RegisteredPeople,
    CommandMetrics,
    CommandBusClient,
    FinishAccepted,
    ...commandHandlers,
    { provide: COMMANDS, useExisting: CommandBusClient },
  ],
  exports: [COMMANDS],
})
export class CommandsModule {}

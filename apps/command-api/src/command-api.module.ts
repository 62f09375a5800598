import { Module } from '@nestjs/common';
import { Accounts } from './accounts/accounts.js';
import { Passwords } from './accounts/passwords.js';
import { Sessions } from './accounts/sessions.js';
import { CommandsModule } from './commands.module.js';
import { AccountsController } from './rest/accounts.controller.js';
import { Callers } from './rest/callers.js';
import { ConversationsController } from './rest/conversations.controller.js';
import { MessagesController } from './rest/messages.controller.js';
import { PeopleController } from './rest/people.controller.js';
import { ReadingStateController } from './rest/reading-state.controller.js';
import { RequestCommands } from './rest/request-commands.js';

/** The write side: REST over the commands, accounts and sessions. Needs the ports of libs/platform `di`. */
@Module({
  imports: [CommandsModule],
  controllers: [
    AccountsController,
    PeopleController,
    ConversationsController,
    MessagesController,
    ReadingStateController,
  ],
  providers: [Accounts, Sessions, Passwords, Callers, RequestCommands],
})
export class CommandApiModule {}

import { Module } from '@nestjs/common';
import { Accounts } from './accounts/accounts.js';
import { Passwords } from './accounts/passwords.js';
import { Sessions } from './accounts/sessions.js';
import { AccountsController } from './rest/accounts.controller.js';
import { Callers } from './rest/callers.js';
import { ConversationsController } from './rest/conversations.controller.js';
import { MessagesController } from './rest/messages.controller.js';
import { PeopleController } from './rest/people.controller.js';
import { ReadingStateController } from './rest/reading-state.controller.js';
import { RequestCommands } from './rest/request-commands.js';
import { UsersModule } from './users.module.js';

/**
 * The write side as clients see it: REST over `COMMANDS`, accounts and sessions. Where the commands are decided is the
 * composition root's to say: in this process (CommandsModule) or in others.
 */
@Module({
  imports: [UsersModule],
  controllers: [
    AccountsController,
    PeopleController,
    ConversationsController,
    MessagesController,
    ReadingStateController,
  ],
  providers: [Accounts, Sessions, Passwords, Callers, RequestCommands],
})
export class CommandRestModule {}

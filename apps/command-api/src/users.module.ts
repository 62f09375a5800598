import { Global, Module } from '@nestjs/common';
import { LogServices } from './streams/owner-services.js';
import { UserChanges } from './users/user-changes.js';
import { Users } from './users/users.js';

/** The people by their streams, followed as they change: for deciding commands, and for logging in. */
@Global()
@Module({ providers: [LogServices, Users, UserChanges], exports: [LogServices, Users] })
export class UsersModule {}

import { Module } from '@nestjs/common';
import { CommandsModule } from './commands.module.js';

/** The write side: REST over the commands. Needs the ports of libs/platform `di`; gives everybody `COMMANDS`. */
@Module({ imports: [CommandsModule] })
export class CommandApiModule {}

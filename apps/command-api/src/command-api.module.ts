import { Module } from '@nestjs/common';
import { CommandRestModule } from './command-rest.module.js';
import { CommandsModule } from './commands.module.js';

/** The whole write side: commands decided in this process, and REST over them. Needs the ports of libs/platform `di`. */
@Module({ imports: [CommandsModule, CommandRestModule] })
export class CommandApiModule {}

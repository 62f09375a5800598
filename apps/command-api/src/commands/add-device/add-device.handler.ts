import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addDevice } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { AddDeviceCommand } from './add-device.command.js';

@CommandHandler(AddDeviceCommand)
export class AddDeviceHandler implements ICommandHandler<AddDeviceCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  execute({ input, context }: AddDeviceCommand): Promise<CommandResult> {
    return this.users
      .decide(context.actorId, context, (state) => addDevice(state, { deviceId: input.deviceId, name: input.name }))
      .then(positionOf);
  }
}

import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { removeDevice } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { RemoveDeviceCommand } from './remove-device.command.js';

@CommandHandler(RemoveDeviceCommand)
export class RemoveDeviceHandler implements ICommandHandler<RemoveDeviceCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  execute({ input, context }: RemoveDeviceCommand): Promise<CommandResult> {
    return this.users
      .decide(context.actorId, context, (state) => removeDevice(state, { deviceId: input.deviceId }))
      .then(positionOf);
  }
}
